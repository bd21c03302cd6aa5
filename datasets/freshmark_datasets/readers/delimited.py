"""Text with separated fields: csv, tsv, ``;``, ``|``, ``::``, whitespace."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
from freshmark import DataError
from pyarrow import csv as arrow_csv

from freshmark_datasets.readers.dialect import Dialect, dialect_of, fields_up_to, looks_like_header, sniff, usual_width
from freshmark_datasets.readers.rawtext import LONGEST_LINE, TextFile

BLOCK = 4 * LONGEST_LINE  # a block must hold the longest record
_ESCAPED = re.compile("[\udc80-\udcff]")
SENTINEL = b"\x1e"  # the byte that ASCII made to separate records


class Delimited:
    """A text with separated fields.

    names: of the columns; ``0``, ``1`` … where there is no header
    headed: whether the names stand in the file
    first: the first line, to be shown
    top: the place of the first line
    told: what was found out
    left_out: rows that ``skip_bad`` passed over
    """

    def __init__(
        self,
        text: TextFile,
        *,
        sep: str | None,
        header: bool | None,
        skip_bad: bool = False,
        quotes: bool | None = None,
    ) -> None:
        self.text = text
        self.skip_bad = skip_bad
        self.left_out = 0
        line, head = text.head()
        self.first = head.split(b"\n", 1)[0].decode("utf-8", "replace")
        self.top = text.at(line)
        self.dialect = self._dialect(head, sep, quotes)
        rows = self.dialect.sample(head)
        self.headed = looks_like_header(rows[0]) if header is None else header
        self.names = tuple(rows[0]) if self.headed else tuple(map(str, range(usual_width(rows)[0])))
        if self.headed:
            self._check_header()
        self.told = {"format": f"text, separator {self.dialect.in_words()}, {'a' if self.headed else 'no'} header"}

    def _dialect(self, head: bytes, sep: str | None, quotes: bool | None) -> Dialect:  # noqa: FBT001  (as told, or not told)
        """The separator that was told or found; refused where it separates nothing."""
        if not head.strip():
            raise DataError("an empty file", where=self.text.name, code="FM201")
        found = sniff(head)
        dialect = dialect_of(sep, quotes) if sep else found and Dialect(found.sep, quotes)
        if dialect is None:
            raise DataError(
                f"no separator found; the first line is {self.first[:200]!r}",
                where=self.top,
                remedy="pass sep=",
                code="FM213",
            )
        if usual_width(dialect.sample(head))[0] < 2:  # noqa: PLR2004
            other = f"found {found.in_words()}: pass sep={found.sep!r}" if found else "leave sep= out"
            raise DataError(
                f"the separator {dialect.in_words()} separates nothing; the first line is {self.first[:200]!r}",
                where=self.top,
                remedy=other,
                code="FM213",
            )
        return dialect

    def _check_header(self) -> None:
        twice = [name for name, times in Counter(self.names).items() if times > 1]
        if twice:
            raise DataError(
                f"the header names {twice[0]!r} twice", where=self.top, remedy="one name a column", code="FM213"
            )

    def batches(self, wanted: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """For each role its column as a binary Arrow array, a batch of rows at a time."""
        last = len(self.names) - 1
        try:
            waiting = None
            for batch in self._arrow_batches({*wanted.values(), last}):
                if waiting is not None and batch.num_rows:
                    yield {role: waiting.column(str(index)) for role, index in wanted.items()}
                waiting = batch if batch.num_rows else waiting
        except pa.ArrowInvalid as error:
            raise self._explained(error) from error
        if waiting is None or waiting.column(str(last))[-1].as_py() != SENTINEL:
            raise _unclosed(self._last_record())
        events = waiting.slice(0, waiting.num_rows - 1)
        yield {role: events.column(str(index)) for role, index in wanted.items()}

    def place(self, row: int) -> str:
        """``file:line`` of a row that ``batches`` gave, counted from 0."""
        for line, fields in self._numbered():
            if len(fields) == len(self.names):
                if row == 0:
                    return self.text.at(line)
                row -= 1
        return self.text.name

    def _arrow_batches(self, columns: set[int]) -> Iterator[Any]:
        used = {str(index): pa.binary() for index in sorted(columns)}
        return iter(
            arrow_csv.open_csv(
                _Lines(self._parsable()),
                read_options=arrow_csv.ReadOptions(
                    column_names=[str(index) for index in range(len(self.names))],
                    block_size=BLOCK,
                    use_threads=False,
                    skip_rows_after_names=int(self.headed),
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=self.dialect.delimiter,
                    quote_char='"' if self.dialect.quoted else False,
                    newlines_in_values=self.dialect.quoted,
                    invalid_row_handler=self._pass_over if self.skip_bad else None,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=used, include_columns=list(used), strings_can_be_null=False, null_values=[]
                ),
            )
        )

    def _parsable(self) -> Iterator[bytes]:
        """The text as Arrow wants it: one separator, no blank line before the header, a sentinel row at the end."""
        begun = False
        for chunk in self.text.chunks():
            text = chunk if begun else chunk.lstrip(b"\n")
            begun = begun or bool(text)
            if text:
                yield self.dialect.translate(_decodable(text) if self.skip_bad else text)
        # A quote that is never closed swallows all that follows, silently where it stands in the last column;
        # this row comes out again only where it was not swallowed.
        yield self.dialect.delimiter.encode().join([SENTINEL] * len(self.names)) + b"\n"

    def _pass_over(self, _row: Any) -> str:
        self.left_out += 1
        return "skip"

    def _numbered(self) -> Iterator[tuple[int, list[str]]]:
        """Every row that is no header and not blank, with the line on which it begins: slow, for errors only."""
        lines = (
            f"{line}\n"
            for chunk in self.text.chunks()
            for line in self.dialect.translate(chunk).decode("utf-8", "replace").split("\n")[:-1]
        )
        reader = self.dialect.rows(lines)
        header_due = self.headed
        begin = 1
        try:
            with fields_up_to(LONGEST_LINE):
                for fields in reader:
                    if fields and not header_due:
                        yield begin, fields
                    header_due = header_due and not fields
                    begin = reader.line_num + 1
        except csv.Error as error:
            raise _unclosed(self.text.at(begin)) from error

    def _last_record(self) -> str:
        line = 1
        for line, _ in self._numbered():  # noqa: B007  (the last is what is asked)
            pass
        return self.text.at(line)

    def _explained(self, error: Exception) -> DataError:
        """The first row that is not as wide as it should be, with its line."""
        width = len(self.names)
        wrong = ((line, fields) for line, fields in self._numbered() if len(fields) != width)
        line, fields = next(wrong, (0, []))
        if not line:
            return DataError(f"cannot be parsed: {error}", where=self.text.name, code="FM212")
        if "\n" in "".join(fields) and self.text.at(line) == self._last_record():
            return _unclosed(self.text.at(line))
        return DataError(
            f"{len(fields)} fields where {'the header has' if self.headed else 'most lines have'} {width}",
            where=self.text.at(line),
            remedy="mend the line, or pass skip_bad=True to leave such lines out",
            code="FM212",
        )


def _decodable(text: bytes) -> bytes:
    """The text with a NUL for each byte that is no UTF-8: Arrow decodes the rows that it passes over."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return _ESCAPED.sub("\0", text.decode("utf-8", "surrogateescape")).encode()
    return text


def _unclosed(where: str) -> DataError:
    return DataError(
        "a quote that is not closed", where=where, remedy='a quote within a field is written ""', code="FM212"
    )


class _Lines(io.RawIOBase):
    """Chunks of bytes as the file that Arrow wants."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
