"""JSON lines: one object a line, numbers kept as they were written; or Python's way to write the same."""

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
"""Lines from which the keys are told: not every object has all of them."""


class JsonLines:
    """A text with one JSON object a line.

    names: the keys of the first objects, in the order in which they appear
    headed: True
    first: the first line, to be shown
    top: the place of the first line
    told: what was found out
    left_out: lines that ``skip_bad`` passed over
    """

    headed = True
    language = "JSON"

    def __init__(self, text: TextFile, *, skip_bad: bool = False, nested: str = "") -> None:
        """Nested: the key of a list in each object, whose objects are the rows; they inherit its other keys."""
        self.text = text
        self.skip_bad = skip_bad
        self.left_out = 0
        self._nested = nested
        line, first = next(self._lines(), (1, b""))
        self.top = text.at(line)
        self._keys: tuple[str, ...] = ()
        self._may_lack: frozenset[str] = frozenset()
        self.first = first.decode("utf-8", "replace")
        self.names = tuple(dict.fromkeys([*self._names(self._rows(line, first)), *self._sampled()]))
        self.told = {"format": "JSON lines"}

    def batches(self, wanted: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """For each role its column as a binary Arrow array, a batch of rows at a time."""
        keys = {role: self.names[index] for role, index in wanted.items()}
        self._keys = tuple(keys.values())
        self._may_lack = frozenset(key for role, key in keys.items() if role.startswith("only"))
        rows: list[list[bytes | None]] = []
        for _, row in self._wanted():
            if row is None:
                self.left_out += 1
                continue
            rows.append(row)
            if len(rows) == BATCH:
                yield _columns(keys, rows)
                rows = []
        yield _columns(keys, rows)

    def place(self, row: int) -> str:
        """``file:line`` of a row that ``batches`` gave, counted from 0."""
        good = (line for line, values in self._wanted() if values is not None)
        line = next(islice(good, row, None), None)
        return self.text.name if line is None else self.text.at(line)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        texts = (text for chunk in self.text.chunks() for text in chunk.split(b"\n")[:-1])
        return ((line, text) for line, text in enumerate(texts, start=1) if text.strip())

    def _wanted(self) -> Iterator[tuple[int, list[bytes | None] | None]]:
        """Line, and what stands under the keys that are wanted; None for a bad line that may be left out."""
        for line, text in self._lines():
            try:
                for found in self._rows(line, text):
                    yield line, [self._scalar(line, key, found) for key in self._keys]
            except DataError:
                if not self.skip_bad:
                    raise
                yield line, None

    def _sampled(self) -> Iterator[str]:
        """The keys of the first lines; what is wrong with one is told when it is read."""
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
        found = self._parsed(line, text)
        if not self._nested:
            return [found]
        inner = found.get(self._nested)
        if not isinstance(inner, list) or not all(isinstance(one, dict) for one in inner):
            raise DataError(f"no list of objects at {self._nested!r}", where=self.text.at(line), code="FM212")
        return [found | one for one in inner]

    def _parsed(self, line: int, text: bytes) -> dict[str, Any]:
        try:
            found = self._evaluated(text)
        except (ValueError, RecursionError, SyntaxError, MemoryError, TypeError) as error:
            raise DataError(
                f"no {self.language}: {str(error)[:100]}",
                where=self.text.at(line),
                remedy="one object a line",
                code="FM212",
            ) from error
        if not isinstance(found, dict):
            raise DataError(
                f"{self.language}, but no object",
                where=self.text.at(line),
                remedy='one object a line: {"user": …}',
                code="FM212",
            )
        return found

    def _evaluated(self, text: bytes) -> Any:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)

    def _scalar(self, line: int, key: str, found: dict[str, Any]) -> bytes | None:
        value = found.get(key, None if key in self._may_lack else self)
        if value is self:
            raise DataError(f"no {key!r} here", where=self.text.at(line), code="FM212")
        if value is None or isinstance(value, str):
            return None if value is None else value.encode("utf-8", "surrogatepass")
        if isinstance(value, bool):
            return b"1" if value else b"0"
        if isinstance(value, int | float):
            return repr(value).encode()
        raise DataError(f"{key!r} is no text and no number", where=self.text.at(line), code="FM212")


class PythonLines(JsonLines):
    """A text with one dictionary a line as Python writes it; read by ``ast.literal_eval``, so nothing in it is run."""

    language = "dictionary of Python literals"

    def _evaluated(self, text: bytes) -> Any:
        return ast.literal_eval(text.decode())


def _columns(keys: Mapping[str, str], rows: list[list[bytes | None]]) -> dict[str, Any]:
    columns = zip(*rows, strict=True) if rows else [()] * len(keys)
    return {role: pa.array(column, pa.binary()) for role, column in zip(keys, columns, strict=True)}
