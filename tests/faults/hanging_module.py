"""F04: a module whose import never ends."""

import time

time.sleep(1e6)
