"""Excel workbooks: the rows of every sheet, one after the other; dates as ISO, everything else as the text that it is.

A workbook is a zip of XML. It is read as a stream within the limits of any archive; a document type is refused, for no
workbook has one and entities are what it would be for.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from typing import IO, Any
from xml.etree import ElementTree as ET

import pyarrow as pa
from freshmark import DataError

from freshmark_datasets.readers import archives
from freshmark_datasets.readers.rawtext import FREE_BYTES, RATIO, TextFile

BATCH = 50_000
BOOK = "xl/workbook.xml"
FIRST_DAY, FIRST_DAY_OF_MACS = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001  (Excel knows no zones)
DATED = frozenset({*range(14, 23), 45, 46, 47})
"""The formats of dates and times that Excel has by itself."""
_IN_A_FORMAT = re.compile(r'\[[^\]]*\]|"[^"]*"|\\.')

Row = tuple[str, int, dict[int, str]]
"""Sheet, number of the row, column → text."""


class Sheets:
    """A workbook whose sheets have one header.

    names: of the columns, from the first row of the first sheet
    headed: True
    first: that row, to be shown
    top: its place
    told: what was found out
    left_out: 0
    """

    headed = True
    left_out = 0

    def __init__(self, text: TextFile) -> None:
        self.text = text
        sheet, number, header = next(self._rows(), ("", 1, {}))
        if not header:
            raise DataError("an empty workbook", where=text.name, code="FM201")
        self.names = tuple(header.get(place, "") for place in range(max(header) + 1))
        self.first = ", ".join(self.names)
        self.top = f"{text.name}:{sheet}:{number}"
        self.told = {"format": "an Excel workbook"}

    def batches(self, wanted: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """For each role its column as an Arrow array of text, a batch of rows at a time."""
        rows = self._events()
        while batch := list(islice(rows, BATCH)):
            yield {
                role: pa.array([cells.get(index) for _, _, cells in batch], pa.string())
                for role, index in wanted.items()
            }

    def place(self, row: int) -> str:
        """File, sheet and row, as Excel counts it."""
        found = next(islice(self._events(), row, None), None)
        return self.text.name if found is None else f"{self.text.name}:{found[0]}:{found[1]}"

    def _events(self) -> Iterator[Row]:
        """Every row that is no header."""
        before = ""
        for sheet, number, cells in self._rows():
            if sheet != before:
                before = sheet
                if tuple(cells.get(place, "") for place in range(len(self.names))) != self.names:
                    where = f"{self.text.name}:{sheet}:{number}"
                    raise DataError("another header than the first sheet's", where=where, code="FM213")
                continue
            yield sheet, number, cells

    def _rows(self) -> Iterator[Row]:
        """Every row that is not empty, headers too."""
        with _reading(self.text.name), self._opened() as book:
            words = ["".join(one.itertext()) for one in _parsed(book, "xl/sharedStrings.xml", "si")]
            dates = _date_styles(book)
            macs = any(one.get("date1904") in ("1", "true") for one in _parsed(book, BOOK, "workbookPr"))
            base = FIRST_DAY_OF_MACS if macs else FIRST_DAY
            for sheet, member in _sheets(book):
                for count, row in enumerate(_parsed(book, member, "row"), start=1):
                    cells = dict(_cells(row, words, dates, base))
                    if cells:
                        yield sheet, int(row.get("r", count)), cells

    @contextmanager
    def _opened(self) -> Iterator[zipfile.ZipFile]:
        if not self.text.member:
            with zipfile.ZipFile(self.text.path) as book:
                yield book
            return
        with archives.opened(self.text.path, self.text.member) as packed:
            content = _Counted(packed, self.text.path.stat().st_size, self.text.name).read()
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            yield book


def is_workbook(text: TextFile) -> bool:
    """Whether it is a workbook; a member of an archive by its name, for it cannot be looked into."""
    if text.member:
        return text.member.lower().endswith(".xlsx")
    try:
        with zipfile.ZipFile(text.path) as book:
            return BOOK in book.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def _sheets(book: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The name of each sheet, and the member that holds it."""
    targets = {
        one.get("Id"): one.get("Target", "") for one in _parsed(book, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    for sheet in list(_parsed(book, BOOK, "sheet")):
        link = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
        target = targets.get(link, "")
        yield sheet.get("name", ""), target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _date_styles(book: zipfile.ZipFile) -> frozenset[int]:
    """The styles of cells that show a date or a time."""
    own = {one.get("numFmtId"): one.get("formatCode", "") for one in _parsed(book, "xl/styles.xml", "numFmt")}
    dated = {name for name, code in own.items() if re.search("[ymdhs]", _IN_A_FORMAT.sub("", code), re.IGNORECASE)}
    (formats,) = list(_parsed(book, "xl/styles.xml", "cellXfs")) or [ET.Element("none")]
    numbers = [one.get("numFmtId", "0") for one in formats]
    return frozenset(place for place, number in enumerate(numbers) if number in dated or int(number) in DATED)


def _cells(row: ET.Element, words: list[str], dates: frozenset[int], base: datetime) -> Iterator[tuple[int, str]]:
    """Column and text of each cell that is not empty."""
    for place, cell in enumerate(row):
        letters = "".join(filter(str.isalpha, cell.get("r", "")))
        text = "".join("".join(one.itertext()) for one in cell if _local(one) in ("v", "is"))
        kind = cell.get("t", "n")
        if not text or kind == "e":
            continue
        if kind == "s":
            text = words[int(text)]
        elif kind == "n" and int(cell.get("s", "0")) in dates:
            text = _date(float(text), base)
        yield _column(letters) if letters else place, text


def _date(days: float, base: datetime) -> str:
    """To the millisecond, which is as exact as a day in 64 bits is."""
    return (base + timedelta(milliseconds=round(days * 86_400_000))).isoformat(timespec="milliseconds")


def _column(letters: str) -> int:
    """0 for A, 26 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _parsed(book: zipfile.ZipFile, member: str, tag: str) -> Iterator[ET.Element]:
    """Every element of that name, forgotten once it was used; none where there is no such member."""
    if member not in book.namelist():
        return
    with book.open(member) as packed:
        stream = _Counted(packed, book.getinfo(member).compress_size, f"{book.filename}:{member}")
        above: list[ET.Element] = []
        for event, element in ET.iterparse(stream, ("start", "end")):  # noqa: S314  (no document type gets this far)
            if event == "start":
                above.append(element)
                continue
            above.pop()
            if _local(element) == tag:
                yield element
                if above:
                    above[-1].remove(element)


def _local(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


class _Counted(io.RawIOBase):
    """Bytes counted as they come out: too many of them, or a document type, and reading ends with an error."""

    def __init__(self, stream: IO[bytes], packed: int, name: str) -> None:
        self._stream = stream
        self._limit = max(FREE_BYTES, RATIO * packed)
        self._name = name
        self._seen = 0
        self._last = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(self._limit + 1 - self._seen if size is None or size < 0 else size)
        self._seen += len(data)
        if self._seen > self._limit:
            raise DataError(f"unpacks into more than {RATIO} times its size", where=self._name, code="FM217")
        if b"<!DOCTYPE" in self._last + data:
            raise DataError("a document type, which no workbook has", where=self._name, code="FM217")
        self._last = data[-8:]
        return data


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """What a workbook that is damaged or none raises, as one error."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        ET.ParseError,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise DataError(f"no readable workbook: {error}", where=name, code="FM217") from error
    except (ValueError, IndexError, OverflowError) as error:
        raise DataError(f"a cell of the workbook cannot be read: {error}", where=name, code="FM217") from error
