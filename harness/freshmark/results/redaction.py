"""What must not leave the machine with a report or a table."""

from __future__ import annotations

import re
from os.path import expanduser


def redact(text: str) -> str:
    """The text with the reader's home folder, which holds a name, written as ``~``; of ``/home/anna`` ann's stays."""
    home = expanduser("~")  # noqa: PTH111  (called for every text of a page: a Path would be most of its time)
    return re.sub(rf"{re.escape(home)}(?![\w-]|\.\w)", "~", text) if len(home) > 1 and home in text else text
