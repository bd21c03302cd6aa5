"""Excel workbooks, read by python-calamine: the rows of every sheet, one sheet after the other.

Dates become ISO text and whole numbers lose their ``.0``; every other cell keeps its text, so ``00123`` stays an id.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import Any

import pyarrow as pa
from freshmark import DataError

from freshmark_datasets.extras import extra
from freshmark_datasets.readers import archives
from freshmark_datasets.readers.rawtext import FREE_BYTES, PIECE, RATIO, TextFile

BATCH = 50_000
BOOK = "xl/workbook.xml"
MOST_CELLS = 100_000_000
"""Cells that a sheet may span, 3 GiB: the library allocates the whole rectangle, and aborts if it cannot."""
EXACT = 2.0**53
_CELL = re.compile(rb"""\br=["']([A-Za-z]{1,3})\d""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*\br=["'](\d{1,9})""")
_OVERLAP = 200
"""Bytes of the previous piece that are searched again, for a match may lie across two pieces."""

Row = tuple[str, int, list[str | None]]
"""Sheet, number of the row as Excel counts it, and the text of each cell."""


class Sheets:
    """A workbook whose sheets have one header.

    names: of the columns, from the first row of the first sheet
    headed: True
    first_line: that row, for messages
    where: file, sheet and row
    detected: facts about the format
    skipped: 0
    """

    headed = True
    skipped = 0

    def __init__(self, text: TextFile) -> None:
        self.text = text
        sheet, number, header = next(self._rows(), ("", 1, []))
        if not header:
            raise DataError("an empty workbook", where=text.name, code="FM201")
        width = max(column for column, cell in enumerate(header) if cell is not None) + 1
        self.names = tuple(cell or "" for cell in header[:width])
        self.first_line = ", ".join(self.names)
        self.where = f"{text.name}:{sheet}:{number}"
        self.detected = {"format": "an Excel workbook"}

    def batches(self, indexes: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """For each role its column as an Arrow array of text, a batch of rows at a time."""
        rows = self._events()
        while batch := list(islice(rows, BATCH)):
            yield {
                role: pa.array([_at(cells, column) for _, _, cells in batch], pa.string())
                for role, column in indexes.items()
            }

    def location(self, row: int) -> str:
        """File, sheet and row, as Excel counts it."""
        event = next(islice(self._events(), row, None), None)
        return self.text.name if event is None else f"{self.text.name}:{event[0]}:{event[1]}"

    def _events(self) -> Iterator[Row]:
        """Every row below a header."""
        current = None
        for sheet, number, cells in self._rows():
            if sheet == current:
                yield sheet, number, cells
                continue
            current = sheet
            if tuple(_at(cells, column) or "" for column in range(len(self.names))) != self.names:
                where = f"{self.text.name}:{sheet}:{number}"
                raise DataError("the header differs from the first sheet's", where=where, code="FM213")

    def _rows(self) -> Iterator[Row]:
        """Every row that is not empty, headers too."""
        calamine = extra("python_calamine", "excel")
        with _reading(self.text.name, calamine.CalamineError):
            content = self._content()
            _check_size(content or self.text.path, self.text.name)
            book = calamine.CalamineWorkbook.from_object(io.BytesIO(content) if content else self.text.path)
            for sheet in book.sheets_metadata:
                if sheet.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                page = book.get_sheet_by_name(sheet.name)
                rows = page.to_python(skip_empty_area=False) if page.start else []
                for number, row in enumerate(rows, start=1):
                    cells = [_text(cell) for cell in row]
                    if any(cells):
                        yield sheet.name, number, cells

    def _content(self) -> bytes:
        """The bytes of a workbook within an archive; empty where it is a file of its own."""
        if not self.text.member:
            return b""
        limit = max(FREE_BYTES, RATIO * self.text.path.stat().st_size)
        with archives.opened(self.text.path, self.text.member) as packed:
            content = packed.read(limit + 1)
        if len(content) > limit:
            raise _too_large(self.text.name)
        return content


def is_workbook(text: TextFile) -> bool:
    """Whether it is a workbook; a member of an archive is judged by its name, without unpacking it."""
    if text.member:
        return text.member.lower().endswith(".xlsx")
    try:
        with zipfile.ZipFile(text.path) as book:
            return BOOK in book.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def _check_size(content: Any, name: str) -> None:
    """Refuse a workbook that unpacks without end, or a sheet that spans more cells than fit into memory."""
    with zipfile.ZipFile(io.BytesIO(content) if isinstance(content, bytes) else content) as book:
        for member in book.infolist():
            rows, columns = _extent(book, member, name)
            if rows * columns > MOST_CELLS:
                raise DataError(
                    f"{member.filename} spans {rows:,} rows and {columns:,} columns",
                    where=name,
                    remedy="delete the stray cells far from the others, or save it as csv",
                    code="FM217",
                )


def _extent(book: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> tuple[int, int]:
    """The largest row and column that the cells of a member name; its bytes are counted as they come out."""
    limit = max(FREE_BYTES, RATIO * member.compress_size)
    member.file_size = 1 << 62  # zipfile stops at the declared size, which may be a lie
    seen = rows = columns = 0
    rest = b""
    with book.open(member) as stream:
        while piece := stream.read(PIECE):
            seen += len(piece)
            if seen > limit:
                raise _too_large(name)
            if not member.filename.startswith("xl/worksheets/"):
                continue
            text = rest + piece
            rows = max(rows, max(map(int, _ROW.findall(text)), default=0))
            columns = max(columns, max(map(_column, set(_CELL.findall(text))), default=0))
            rest = text[-_OVERLAP:]
    return rows, columns


def _column(letters: bytes) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _at(cells: list[str | None], column: int) -> str | None:
    return cells[column] if column < len(cells) else None


def _text(cell: Any) -> str | None:
    """A cell as text; None where it is empty."""
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="milliseconds")
    if isinstance(cell, date):
        return f"{cell.isoformat()}T00:00:00.000"
    return str(cell) if cell != "" else None


def _too_large(name: str) -> DataError:
    return DataError(f"unpacks into more than {RATIO} times its size", where=name, code="FM217")


@contextmanager
def _reading(name: str, refused: type[Exception]) -> Iterator[None]:
    """Whatever a damaged workbook raises, as one error."""
    try:
        yield
    except (refused, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise DataError(f"not a readable workbook: {str(error)[:200]}", where=name, code="FM217") from error
