"""Scratch: the folder for a job's temporary files, measured from outside while it runs, and gone when it has ended."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress


def make_scratch() -> str:
    """A fresh folder among the temporary ones of this machine."""
    return tempfile.mkdtemp(prefix="freshmark-")


def enter_scratch(folder: str) -> None:
    """From here on this process and its children make their temporary files there."""
    os.environ["TMPDIR"] = folder
    tempfile.tempdir = None  # it is looked up again


def scratch_bytes(folder: str) -> int:
    """Bytes of all files below it; those that come and go meanwhile may be missed."""
    total = 0
    for place, _, files in os.walk(folder):
        for name in files:
            with suppress(OSError):
                total += os.lstat(f"{place}/{name}").st_blocks * 512
    return total


def remove_scratch(folder: str) -> None:
    """Remove it with all that is in it, as far as that is possible."""
    shutil.rmtree(folder, ignore_errors=True)
