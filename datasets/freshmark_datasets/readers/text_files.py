"""The text files behind a path: the file itself, or the members of an archive or a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from freshmark_datasets.readers.archives import is_archive, members
from freshmark_datasets.readers.rawtext import TextFile
from freshmark_datasets.readers.sheets import is_workbook


def text_files_of(paths: Sequence[Path], pattern: str) -> list[TextFile]:
    """The text files, in order.

    Args:
        paths: files, archives or folders.
        pattern: of the names in archives and folders, see ``members``; empty: each path is a text itself.
    """
    return [text for path in paths for text in _of(path, pattern)]


def _of(path: Path, pattern: str) -> Iterator[TextFile]:
    if pattern and path.is_dir():
        yield from (TextFile(path / name) for name in members(path, pattern))
    elif pattern and is_archive(path) and not is_workbook(TextFile(path)):
        yield from (TextFile(path, name) for name in members(path, pattern))
    else:
        yield TextFile(path)
