"""JSON lines: one object a line, numbers kept as they were written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
from freshmark.errors import DataError

from freshmark_datasets.reading.rawtext import TextFile

BATCH = 100_000


class JsonLines:
    """A text with one JSON object a line.

    names: the keys of the first object
    headed: True
    first: the first line, to be shown
    top: the place of the first line
    told: what was found out
    left_out: lines that ``skip_bad`` passed over
    """

    headed = True

    def __init__(self, text: TextFile, *, skip_bad: bool = False) -> None:
        self.text = text
        self.skip_bad = skip_bad
        self.left_out = 0
        line, first = next(self._lines(), (1, b""))
        self.top = text.at(line)
        self._keys: tuple[str, ...] = ()
        self.first = first.decode("utf-8", "replace")
        self.names = tuple(self._parsed(line, first))
        self.told = {"format": "JSON lines"}

    def batches(self, wanted: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """For each role its column as a binary Arrow array, a batch of rows at a time."""
        keys = {role: self.names[index] for role, index in wanted.items()}
        self._keys = tuple(keys.values())
        columns: dict[str, list[bytes | None]] = {role: [] for role in wanted}
        for line, text in self._lines():
            values = self._values(line, text)
            if values is None:
                self.left_out += 1
                continue
            for role, value in zip(keys, values, strict=True):
                columns[role].append(value)
            if len(columns["time"]) == BATCH:
                yield {role: pa.array(column, pa.binary()) for role, column in columns.items()}
                columns = {role: [] for role in wanted}
        yield {role: pa.array(column, pa.binary()) for role, column in columns.items()}

    def place(self, row: int) -> str:
        """``file:line`` of a row that ``batches`` gave, counted from 0."""
        for line, text in self._lines():
            if self.skip_bad and self._values(line, text) is None:
                continue
            if row == 0:
                return self.text.at(line)
            row -= 1
        return self.text.name

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        texts = (text for chunk in self.text.chunks() for text in chunk.split(b"\n")[:-1])
        return ((line, text) for line, text in enumerate(texts, start=1) if text.strip())

    def _values(self, line: int, text: bytes) -> list[bytes | None] | None:
        """What stands under the keys that are wanted, as bytes; None where the line is bad and may be left out."""
        try:
            found = self._parsed(line, text)
            return [self._scalar(line, key, found) for key in self._keys]
        except DataError:
            if self.skip_bad:
                return None
            raise

    def _parsed(self, line: int, text: bytes) -> dict[str, Any]:
        try:
            found = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError) as error:
            raise DataError(
                f"no JSON: {error}", where=self.text.at(line), remedy="one object a line", code="FM212"
            ) from error
        if not isinstance(found, dict):
            raise DataError(
                "JSON, but no object", where=self.text.at(line), remedy='one object a line: {"user": …}', code="FM212"
            )
        return found

    def _scalar(self, line: int, key: str, found: dict[str, Any]) -> bytes | None:
        value = found.get(key, self)
        if value is self:
            raise DataError(f"no {key!r} here", where=self.text.at(line), code="FM212")
        if value is None or isinstance(value, str):
            return None if value is None else value.encode("utf-8", "surrogatepass")
        if isinstance(value, bool):
            return b"1" if value else b"0"
        raise DataError(f"{key!r} is no text and no number", where=self.text.at(line), code="FM212")
