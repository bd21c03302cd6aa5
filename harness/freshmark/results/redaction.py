"""Private text is kept out of reports and tables."""

from __future__ import annotations

import re
from os.path import expanduser


def redact(text: str) -> str:
    """The text with the home folder, which contains a user name, replaced by ``~``; other users' folders stay."""
    home = expanduser("~")  # noqa: PTH111  (called for every text of a page; Path would dominate)
    return re.sub(rf"{re.escape(home)}(?![\w-]|\.\w)", "~", text) if len(home) > 1 and home in text else text
