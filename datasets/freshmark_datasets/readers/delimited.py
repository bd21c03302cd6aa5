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

BLOCK = 4 * LONGEST_LINE  # Arrow needs each record within one block
_ESCAPED = re.compile("[\udc80-\udcff]")
SENTINEL = b"\x1e"  # ASCII's record separator, which no text contains


class Delimited:
    """A text with separated fields.

    names: of the columns; ``0``, ``1`` … where there is no header
    headed: whether the file names them
    first_line: for messages
    where: its ``file:line``
    detected: facts about the format
    skipped: rows that ``skip_bad`` passed over
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
        self.skipped = 0
        line, head = text.head()
        self.first_line = head.split(b"\n", 1)[0].decode("utf-8", "replace")
        self.where = text.at(line)
        self.dialect = self._dialect(head, sep, quotes)
        rows = self.dialect.sample(head)
        self.headed = looks_like_header(rows[0]) if header is None else header
        self.names = tuple(rows[0]) if self.headed else tuple(map(str, range(usual_width(rows)[0])))
        if self.headed:
            self._check_header()
        self.detected = {"format": f"text, separator {self.dialect.in_words()}, {'a' if self.headed else 'no'} header"}

    def _dialect(self, head: bytes, sep: str | None, quotes: bool | None) -> Dialect:  # noqa: FBT001  (three values)
        """The given separator, or the detected one; refused where it separates nothing."""
        if not head.strip():
            raise DataError("an empty file", where=self.text.name, code="FM201")
        detected = sniff(head)
        dialect = dialect_of(sep, quotes) if sep else detected and Dialect(detected.sep, quotes)
        if dialect is None:
            raise DataError(
                f"no separator detected; the first line is {self.first_line[:200]!r}",
                where=self.where,
                remedy="pass sep=",
                code="FM213",
            )
        if usual_width(dialect.sample(head))[0] < 2:  # noqa: PLR2004
            other = f"it looks like {detected.in_words()}: sep={detected.sep!r}" if detected else "leave sep= out"
            raise DataError(
                f"the separator {dialect.in_words()} separates nothing; the first line is {self.first_line[:200]!r}",
                where=self.where,
                remedy=other,
                code="FM213",
            )
        return dialect

    def _check_header(self) -> None:
        duplicates = [name for name, times in Counter(self.names).items() if times > 1]
        if duplicates:
            raise DataError(
                f"the header has {duplicates[0]!r} twice",
                where=self.where,
                remedy="a different name for each column",
                code="FM213",
            )

    def batches(self, indexes: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """For each role its column as a binary Arrow array, a batch of rows at a time."""
        last = len(self.names) - 1
        try:
            pending = None  # the last batch ends with the sentinel, which is not an event
            for batch in self._arrow_batches({*indexes.values(), last}):
                if pending is not None and batch.num_rows:
                    yield {role: pending.column(str(index)) for role, index in indexes.items()}
                pending = batch if batch.num_rows else pending
        except pa.ArrowInvalid as error:
            raise self._explained(error) from error
        if pending is None or pending.column(str(last))[-1].as_py() != SENTINEL:
            raise _unclosed(self._last_record())
        events = pending.slice(0, pending.num_rows - 1)
        yield {role: events.column(str(index)) for role, index in indexes.items()}

    def location(self, row: int) -> str:
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
                    invalid_row_handler=self._skip if self.skip_bad else None,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=used, include_columns=list(used), strings_can_be_null=False, null_values=[]
                ),
            )
        )

    def _parsable(self) -> Iterator[bytes]:
        """The text as Arrow wants it: one separator, no blank line before the header, a sentinel row last."""
        started = False
        for chunk in self.text.chunks():
            text = chunk if started else chunk.lstrip(b"\n")
            started = started or bool(text)
            if text:
                yield self.dialect.translate(_decodable(text) if self.skip_bad else text)
        # A quote that is never closed swallows the rest of the file, silently if it is in the last column. This row
        # comes out again only if it was not swallowed.
        yield self.dialect.delimiter.encode().join([SENTINEL] * len(self.names)) + b"\n"

    def _skip(self, _row: Any) -> str:
        self.skipped += 1
        return "skip"

    def _numbered(self) -> Iterator[tuple[int, list[str]]]:
        """Every row that is neither header nor blank, with its first line: slow, for error messages only."""
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
        for line, _ in self._numbered():  # noqa: B007  (only the last is needed)
            pass
        return self.text.at(line)

    def _explained(self, error: Exception) -> DataError:
        """The first row with the wrong number of fields, with its line."""
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
            remedy="correct the line, or pass skip_bad=True to leave such lines out",
            code="FM212",
        )


def _decodable(text: bytes) -> bytes:
    """The text with a NUL for each byte that is not UTF-8, because Arrow decodes the rows that it skips."""
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
    """Chunks of bytes as a file object for Arrow."""

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
