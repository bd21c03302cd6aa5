"""JSON lines: one object per line, numbers kept as written; or the same as Python dictionaries."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import pyarrow as pa
from freshmark import DataError

from freshmark_datasets.readers.rawtext import TextFile

BATCH = 100_000
SAMPLE = 1_000
"""Lines from which the keys are collected: not every object has all of them."""


class JsonLines:
    """A text with one JSON object per line.

    names: the keys of the first objects, in the order in which they appear
    headed: True
    first_line: for messages
    where: its ``file:line``
    detected: facts about the format
    skipped: lines that ``skip_bad`` left out
    """

    headed = True
    language = "JSON"

    def __init__(self, text: TextFile, *, skip_bad: bool = False, nested: str = "") -> None:
        """Nested: the key of a list in each object, whose objects are the rows; they inherit its other keys."""
        self.text = text
        self.skip_bad = skip_bad
        self.skipped = 0
        self._nested = nested
        line, first = next(self._lines(), (1, b""))
        self.where = text.at(line)
        self._keys: tuple[str, ...] = ()
        self._may_lack: frozenset[str] = frozenset()
        self.first_line = first.decode("utf-8", "replace")
        self.names = tuple(dict.fromkeys([*self._names(self._rows(line, first)), *self._sampled()]))
        self.detected = {"format": "JSON lines"}

    def batches(self, indexes: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """For each role its column as a binary Arrow array, a batch of rows at a time."""
        keys = {role: self.names[index] for role, index in indexes.items()}
        self._keys = tuple(keys.values())
        self._may_lack = frozenset(key for role, key in keys.items() if role.startswith("only"))
        rows: list[list[bytes | None]] = []
        for _, row in self._wanted():
            if row is None:
                self.skipped += 1
                continue
            rows.append(row)
            if len(rows) == BATCH:
                yield _columns(keys, rows)
                rows = []
        yield _columns(keys, rows)

    def location(self, row: int) -> str:
        """``file:line`` of a row that ``batches`` gave, counted from 0."""
        good = (line for line, values in self._wanted() if values is not None)
        line = next(islice(good, row, None), None)
        return self.text.name if line is None else self.text.at(line)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        texts = (text for chunk in self.text.chunks() for text in chunk.split(b"\n")[:-1])
        return ((line, text) for line, text in enumerate(texts, start=1) if text.strip())

    def _wanted(self) -> Iterator[tuple[int, list[bytes | None] | None]]:
        """Line, and the values of the keys to read; None for an invalid line that may be left out."""
        for line, text in self._lines():
            try:
                for row in self._rows(line, text):
                    yield line, [self._scalar(line, key, row) for key in self._keys]
            except DataError:
                if not self.skip_bad:
                    raise
                yield line, None

    def _sampled(self) -> Iterator[str]:
        """The keys of the first lines; an invalid line is reported later, when it is read."""
        for line, text in islice(self._lines(), SAMPLE):
            try:
                yield from self._names(self._rows(line, text))
            except DataError:
                continue

    @staticmethod
    def _names(rows: list[dict[str, Any]]) -> Iterator[str]:
        return (name for row in rows for name in row)

    def _rows(self, line: int, text: bytes) -> list[dict[str, Any]]:
        """The object, or the objects nested in it."""
        whole = self._parsed(line, text)
        if not self._nested:
            return [whole]
        inner = whole.get(self._nested)
        if not isinstance(inner, list) or not all(isinstance(row, dict) for row in inner):
            raise DataError(f"no list of objects at {self._nested!r}", where=self.text.at(line), code="FM212")
        return [whole | row for row in inner]

    def _parsed(self, line: int, text: bytes) -> dict[str, Any]:
        try:
            value = self._evaluated(text)
        except (ValueError, RecursionError, SyntaxError, MemoryError, TypeError) as error:
            raise DataError(
                f"not {self.language}: {str(error)[:100]}",
                where=self.text.at(line),
                remedy="one object per line",
                code="FM212",
            ) from error
        if not isinstance(value, dict):
            raise DataError(
                f"{self.language}, but not an object",
                where=self.text.at(line),
                remedy='one object per line: {"user": …}',
                code="FM212",
            )
        return value

    def _evaluated(self, text: bytes) -> Any:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)

    def _scalar(self, line: int, key: str, row: dict[str, Any]) -> bytes | None:
        value = row.get(key, None if key in self._may_lack else self)
        if value is self:
            raise DataError(f"no {key!r} here", where=self.text.at(line), code="FM212")
        if value is None or isinstance(value, str):
            return None if value is None else value.encode("utf-8", "surrogatepass")
        if isinstance(value, bool):
            return b"1" if value else b"0"
        if isinstance(value, int | float):
            return repr(value).encode()
        raise DataError(f"{key!r} is neither text nor a number", where=self.text.at(line), code="FM212")


class PythonLines(JsonLines):
    """A text with one Python dictionary per line; read by ``ast.literal_eval``, so nothing in it is executed."""

    language = "a dictionary of Python literals"

    def _evaluated(self, text: bytes) -> Any:
        return ast.literal_eval(text.decode())


def _columns(keys: Mapping[str, str], rows: list[list[bytes | None]]) -> dict[str, Any]:
    columns = zip(*rows, strict=True) if rows else [()] * len(keys)
    return {role: pa.array(column, pa.binary()) for role, column in zip(keys, columns, strict=True)}
