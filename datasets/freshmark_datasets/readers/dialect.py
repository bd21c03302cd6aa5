"""How a text separates its fields: the separator that gives most lines the same number of fields."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

SEPARATORS = ("::", "\t", ",", ";", "|", "whitespace")
QUOTED = frozenset(",;\t|")
STAND_IN = "\x1f"
"""Replaces a separator of more than one character before parsing: ASCII's unit separator."""
STEADY = 0.8
"""The share of lines with the same number of fields above which a separator fits."""
SAMPLE_LINES = 100

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d\d?(-\d|$)|\d{1,2}/\d{1,2}/\d{2,4}")
_BLANKS = re.compile(rb"[ \t]+")
_EDGES = re.compile(rb"^[ \t]+|[ \t]+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to separate fields.

    sep: the separator, or ``whitespace`` for any run of blanks and tabs
    quotes: whether fields may be in double quotes; None: as usual for that separator
    """

    sep: str
    quotes: bool | None = None

    @property
    def delimiter(self) -> str:
        """The single character that separates fields after ``translate``."""
        return self.sep if len(self.sep) == 1 else STAND_IN

    @property
    def quoted(self) -> bool:
        """Whether fields may be in double quotes."""
        return self.sep in QUOTED if self.quotes is None else self.quotes

    def translate(self, lines: bytes) -> bytes:
        """The same lines, separated by ``delimiter``."""
        if self.sep == "whitespace":
            return _BLANKS.sub(STAND_IN.encode(), _EDGES.sub(b"", lines))
        if len(self.sep) > 1:
            return lines.replace(self.sep.encode(), STAND_IN.encode())
        return lines

    def rows(self, lines: Iterable[str]) -> Any:
        """A ``csv.reader`` over translated lines; a blank line gives an empty row."""
        if self.quoted:
            return csv.reader(lines, delimiter=self.delimiter)
        return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)

    def sample(self, head: bytes) -> list[list[str]]:
        """The first non-blank rows of a text."""
        some = b"\n".join(head.split(b"\n", 2 * SAMPLE_LINES)[: 2 * SAMPLE_LINES])
        lines = self.translate(some).decode("utf-8", "replace").split("\n")
        with fields_up_to(len(head)):
            return [row for row in self.rows(f"{line}\n" for line in lines) if row][:SAMPLE_LINES]

    def in_words(self) -> str:
        """For messages: ``tab``, ``','``."""
        return {"\t": "tab", "whitespace": "whitespace"}.get(self.sep, repr(self.sep))


@contextmanager
def fields_up_to(length: int) -> Iterator[None]:
    """The csv module's limit on the length of a field, which is global, raised for a while."""
    before = csv.field_size_limit(max(length, 1))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def dialect_of(sep: str, quotes: bool | None = None) -> Dialect:  # noqa: FBT001  (three values)
    """The dialect of a given separator; a blank means whitespace, as its pattern does, and ``tab`` a tab."""
    return Dialect({r"\s+": "whitespace", " ": "whitespace", r"\t": "\t", "tab": "\t"}.get(sep, sep), quotes)


def sniff(head: bytes) -> Dialect | None:
    """The separator that splits most lines into the same number of fields, two or more; None where none does."""
    best: tuple[tuple[bool, bool, int, float], Dialect] | None = None
    for sep in SEPARATORS:
        dialect = Dialect(sep)
        width, share = usual_width(dialect.sample(head))
        score = (share >= STEADY, sep != "whitespace", width, share)
        if width > 1 and (best is None or score > best[0]):
            best = score, dialect
    return best[1] if best else None


def usual_width(rows: list[list[str]]) -> tuple[int, float]:
    """The most common number of fields, and the share of rows that have it."""
    if not rows:
        return 0, 0.0
    width, times = Counter(map(len, rows)).most_common(1)[0]
    return width, times / len(rows)


def looks_like_header(row: list[str]) -> bool:
    """Whether no field is a number or a date: every event has a time, so such a row is not an event."""
    return not any(_NUMBER.fullmatch(cell.strip()) or _DATE.match(cell.strip()) for cell in row)
