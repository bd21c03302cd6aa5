"""Writing where a person says: folders are made, and what cannot be written is told with its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from freshmark.errors import UsageError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Within it a file is written to this path, and the folder that it lies in is there.

    Raises:
        UsageError: it cannot be written, or is a folder, a device or a pipe, in whose place no file is put.
    """
    with _told(path):
        if path.exists() and not path.is_file():
            what = "a folder is there" if path.is_dir() else "that is no plain file"
            raise UsageError(what, where=str(path), remedy="name a file with -o", code="FM126")
        path.parent.mkdir(parents=True, exist_ok=True)
        yield


@contextmanager
def writing_into(folder: Path) -> Iterator[None]:
    """Within it files are written into this folder, which is made where there is none.

    Raises:
        UsageError: they cannot be written.
    """
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        yield


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"nothing can be written there: {error.strerror or error}"
        raise UsageError(what, where=str(path), remedy="make room, or another place with -o", code="FM126") from error
