"""F04: a module whose import never ends."""

import time

from freshmark import Strategy

time.sleep(1e6)


class Never(Strategy):
    """Is never reached."""


odd = Never
