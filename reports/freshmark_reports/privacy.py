"""What must not leave the machine with a report."""

from __future__ import annotations

from pathlib import Path


def redacted(text: str) -> str:
    """The text with the reader's home folder, which holds a name, written as ``~``."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text
