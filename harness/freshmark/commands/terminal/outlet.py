"""Output: data and paths to stdout, everything else to stderr."""

from __future__ import annotations

import os
import re
import sys
import time
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path

from freshmark.errors import FreshmarkError, PluginFault
from freshmark.version import ISSUES

SOFTWARE_FAULT = 70
"""Exit code of a bug of freshmark (EX_SOFTWARE of sysexits.h)."""

LONGEST = 400
"""The most characters of a message that are shown."""

# A name from a plugin or a file may contain escape sequences or change the writing direction.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """The text without control characters."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The text on one line, shortened to ``LONGEST``."""
    line = " ".join(plain(text).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 2]} …"


def say(text: str) -> None:
    """Write data to stdout."""
    sys.stdout.write(plain(text) + "\n")


def note(text: str) -> None:
    """Write anything else to stderr."""
    sys.stderr.write(plain(text) + "\n")
    sys.stderr.flush()


def on_terminal() -> bool:
    """Whether stderr is a terminal that may be drawn on."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def say_table(rows: Iterable[Sequence[str]], *, indent: int = 0) -> None:
    """Write aligned columns to stdout; the last one is not padded."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    if not cells:
        return
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        say(" " * indent + "  ".join(padded).rstrip())


def note_error(error: FreshmarkError) -> None:
    """Write what was wrong, where, and what would be right: at most five lines."""
    note(f"error {error.code}: {one_line(error.what)}")
    if error.where:
        note(f"  where:  {one_line(error.where)}")
    if error.remedy:
        note(f"  remedy: {one_line(error.remedy)}")
    if isinstance(error, PluginFault) and error.__cause__ is not None:
        note(f"  log:    {_logged(error.__cause__)}")
    note(f"  more:   freshmark show {error.code}")


def log_folder() -> Path:
    """Where logs of faults go: inside the folder that ``FRESHMARK_CACHE`` names, else the user's log folder."""
    chosen = os.environ.get("FRESHMARK_CACHE")
    if chosen:
        return Path(chosen) / "log"
    from platformdirs import user_log_path  # noqa: PLC0415  (only a fault needs it)

    return user_log_path("freshmark", appauthor=False)


def note_fault(fault: BaseException) -> None:
    """A bug of freshmark: the traceback goes to a file, four lines to the terminal."""
    note(f"error FM900: {type(fault).__name__}: {one_line(str(fault))}")
    note("  where:  inside freshmark; this is a bug")
    note(f"  remedy: report it at {ISSUES}")
    note(f"  log:    {_logged(fault)}")


def _logged(fault: BaseException) -> Path:
    """The file that the traceback was written to."""
    folder = log_folder()
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"error-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    log.write_text("".join(traceback.format_exception(fault)), "utf-8")
    return log
