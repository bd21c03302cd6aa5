"""The format of a log: recognised by its first bytes, never by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from freshmark import DataError

from freshmark_datasets.readers import npz, parquet
from freshmark_datasets.readers.delimited import Delimited
from freshmark_datasets.readers.impression_lines import ImpressionLines
from freshmark_datasets.readers.jsonlines import JsonLines, PythonLines
from freshmark_datasets.readers.line_rewriting import Rewritten, first_four, sections
from freshmark_datasets.readers.options import Options
from freshmark_datasets.readers.rawtext import TextFile
from freshmark_datasets.readers.sheets import Sheets, is_workbook

PACKED = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstandard", b"7z\xbc\xaf": "7z", b"Rar!": "rar"}


class Reader(Protocol):
    """A log of rows and columns.

    names: of the columns
    headed: whether the file itself names them
    first_line: the first line, or its closest equivalent, for messages
    where: its ``file:line``
    detected: facts about the format
    skipped: invalid rows that were left out
    """

    names: tuple[str, ...]
    headed: bool
    first_line: str
    where: str
    detected: dict[str, str]
    skipped: int

    def batches(self, indexes: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """For each role its column as an Arrow array, a batch of rows at a time."""

    def location(self, row: int) -> str:
        """``file:line`` of a row, counted from 0."""


def reader_of(text: TextFile, options: Options) -> Reader:
    """The reader of a file: by ``form``, else by its first bytes.

    Raises:
        DataError: the file does not exist, is empty, or has an unknown format.
    """
    magic = _magic(text.path)
    if options.form:
        return FORMS[options.form](text, options)
    if not text.member and magic.startswith(parquet.MAGIC):
        return parquet.Parquet(text.path)
    if (text.member or magic.startswith(npz.MAGIC)) and is_workbook(text):
        return Sheets(text)
    if not text.member and magic.startswith(npz.MAGIC):
        return npz.Npz(text.path)
    packed = next((name for mark, name in PACKED.items() if magic.startswith(mark)), None)
    if packed and not text.member:
        raise DataError(
            f"{packed} is not supported", where=str(text.path), remedy="unpack it, or gzip it", code="FM210"
        )
    return _of_text(text, options)


def _of_text(text: TextFile, options: Options) -> Reader:
    line, head = text.head()
    begin = head.lstrip()[:1]
    if begin == b"{" and options.sep is None:
        return JsonLines(text, skip_bad=options.skip_bad)
    if begin == b"[" and options.sep is None:
        raise DataError("a JSON array", where=text.at(line), remedy="write one object per line", code="FM210")
    if head.startswith(parquet.MAGIC):
        raise DataError("parquet within an archive", where=text.name, remedy="unpack it", code="FM210")
    return _delimited(text, options)


def _delimited(text: TextFile, options: Options) -> Delimited:
    return Delimited(text, sep=options.sep, header=options.header, skip_bad=options.skip_bad, quotes=options.quotes)


FORMS: Mapping[str, Callable[[TextFile, Options], Reader]] = {
    "python": lambda text, options: PythonLines(text, skip_bad=options.skip_bad),
    "events": lambda text, options: JsonLines(text, skip_bad=options.skip_bad, nested="events"),
    "mind": lambda text, options: ImpressionLines(text, skip_bad=options.skip_bad),
    "netflix": lambda text, options: _delimited(Rewritten(text.path, text.member, sections), options),
    "jodie": lambda text, options: _delimited(Rewritten(text.path, text.member, first_four), options),
}
"""Formats that first bytes do not show: Python dictionaries; ``events`` nested in JSON; those of one publisher."""


def _magic(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", where=str(path), code="FM210") from error
