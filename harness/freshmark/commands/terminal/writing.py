"""Writing to paths that users give: folders are created, and errors name the path."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from freshmark.errors import UsageError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Create the parent folder, and turn an OSError of the block into an error that names the path.

    Raises:
        UsageError: the path cannot be written, or is a folder, a device or a pipe, which are never replaced.
    """
    with _naming(path):
        if path.exists() and not path.is_file():
            what = "this is a folder" if path.is_dir() else "this is not a regular file"
            raise UsageError(what, where=str(path), remedy="name a file with -o", code="FM126")
        path.parent.mkdir(parents=True, exist_ok=True)
        yield


@contextmanager
def writing_into(folder: Path) -> Iterator[None]:
    """Create the folder, and turn an OSError of the block into an error that names it.

    Raises:
        UsageError: the folder cannot be written.
    """
    with _naming(folder):
        folder.mkdir(parents=True, exist_ok=True)
        yield


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"cannot write: {error.strerror or error}"
        raise UsageError(
            what, where=str(path), remedy="free some space, or choose another path with -o", code="FM126"
        ) from error
