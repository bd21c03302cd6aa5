"""Which form a log is kept in: seen from its first bytes, never from its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from freshmark.errors import DataError

from freshmark_datasets.reading import npz, parquet
from freshmark_datasets.reading.delimited import Delimited
from freshmark_datasets.reading.jsonlines import JsonLines
from freshmark_datasets.reading.rawtext import TextFile

PACKED = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstandard", b"7z\xbc\xaf": "7z", b"Rar!": "rar"}


class Reader(Protocol):
    """A log of rows and columns.

    names: of the columns
    headed: whether the file itself names them
    first: its first line, or what comes nearest
    top: the place of that
    told: what was found out about the form
    left_out: rows passed over because they were bad
    """

    names: tuple[str, ...]
    headed: bool
    first: str
    top: str
    told: dict[str, str]
    left_out: int

    def batches(self, wanted: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """For each role its column as an Arrow array, a batch of rows at a time."""

    def place(self, row: int) -> str:
        """``file:line`` of a row, counted from 0."""


def reader_of(
    path: Path, *, member: str = "", sep: str | None = None, header: bool | None = None, skip_bad: bool = False
) -> Reader:
    """What reads the file, by its first bytes.

    Raises:
        DataError: it is not there, empty, or of no form that is known.
    """
    magic = _magic(path)
    text = TextFile(path, member)
    if not member and magic.startswith(parquet.MAGIC):
        return parquet.Parquet(path)
    if not member and magic.startswith(npz.MAGIC):
        return npz.Npz(path)
    for mark, name in PACKED.items():
        if magic.startswith(mark):
            raise DataError(f"{name} is not read", where=str(path), remedy="unpack it, or gzip it", code="FM210")
    line, head = text.head()
    begin = head.lstrip()[:1]
    if begin == b"{" and sep is None:
        return JsonLines(text, skip_bad=skip_bad)
    if begin == b"[" and sep is None:
        raise DataError("a JSON array", where=text.at(line), remedy="write one object a line", code="FM210")
    if head.startswith(parquet.MAGIC):
        raise DataError("parquet within gzip", where=str(path), remedy="unpack it", code="FM210")
    return Delimited(text, sep=sep, header=header, skip_bad=skip_bad)


def _magic(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", where=str(path), code="FM210") from error
