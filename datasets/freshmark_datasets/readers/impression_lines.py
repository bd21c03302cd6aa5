"""MIND's behaviors.tsv: a line is a page of news items, each clicked or not; each item becomes an event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import pyarrow as pa
from freshmark import DataError

from freshmark_datasets.readers.rawtext import TextFile

BATCH = 200_000
FIELDS = 5

Row = tuple[bytes, bytes, bytes, bytes, bytes]


class ImpressionLines:
    """Five fields: impression, user, time, history, and the items shown as ``N1-1 N2-0``.

    names: impression, user, item, time, label
    headed: True, for the form itself names them
    first_line: for messages
    where: its ``file:line``
    detected: facts about the format
    skipped: lines that ``skip_bad`` left out
    """

    names: tuple[str, ...] = ("impression", "user", "item", "time", "label")
    headed = True

    def __init__(self, text: TextFile, *, skip_bad: bool = False) -> None:
        self.text = text
        self.skip_bad = skip_bad
        self.skipped = 0
        line, head = text.head()
        self.first_line = head.split(b"\n", 1)[0].decode("utf-8", "replace")
        self.where = text.at(line)
        self.detected = {"format": "pages of news, an event for each item shown"}

    def batches(self, indexes: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """For each role its column as a binary Arrow array, a batch of rows at a time."""
        rows = self._rows()
        while batch := list(islice(rows, BATCH)):
            columns = list(zip(*(row for _, row in batch), strict=True))
            yield {role: pa.array(columns[index], pa.binary()) for role, index in indexes.items()}

    def location(self, row: int) -> str:
        """``file:line`` of a row that ``batches`` gave, counted from 0."""
        numbered = next(islice(self._rows(), row, None), None)
        return self.text.name if numbered is None else self.text.at(numbered[0])

    def _rows(self) -> Iterator[tuple[int, Row]]:
        """Line and row; the items of a page have one time, so they are a tie."""
        self.skipped = 0
        lines = (line for chunk in self.text.chunks() for line in chunk.split(b"\n")[:-1])
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield from self._shown(number, line)

    def _shown(self, number: int, line: bytes) -> Iterator[tuple[int, Row]]:
        fields = line.split(b"\t")
        shown = [pair.rpartition(b"-") for pair in fields[-1].split()]
        if len(fields) != FIELDS or not shown or not all(item and label in (b"0", b"1") for item, _, label in shown):
            if not self.skip_bad:
                raise DataError(
                    f"not a page of news: {line[-60:].decode('utf-8', 'replace')!r}",
                    where=self.text.at(number),
                    remedy="impression, user, time, history, and the items as N1-1 N2-0, separated by tabs",
                    code="FM212",
                )
            self.skipped += 1
            return
        for item, _, label in shown:
            yield number, (fields[0], fields[1], item, fields[2], label)
