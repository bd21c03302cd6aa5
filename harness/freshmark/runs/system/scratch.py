"""Scratch: the folder for a job's temporary files, measured from outside while it runs, removed when it ends."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress


def make_scratch() -> str:
    """Create a folder in the system's folder for temporary files."""
    return tempfile.mkdtemp(prefix="freshmark-")


def enter_scratch(folder: str) -> None:
    """Make this process and its children create their temporary files in the folder."""
    os.environ["TMPDIR"] = folder
    tempfile.tempdir = None  # cached; read again from TMPDIR


def scratch_bytes(folder: str) -> int:
    """Bytes of all files in it; files that appear or vanish during the count may be missed."""
    total = 0
    for parent, _, files in os.walk(folder):
        for name in files:
            with suppress(OSError):
                total += os.lstat(f"{parent}/{name}").st_blocks * 512
    return total


def remove_scratch(folder: str) -> None:
    """Remove the folder and its contents; what cannot be removed stays."""
    shutil.rmtree(folder, ignore_errors=True)
