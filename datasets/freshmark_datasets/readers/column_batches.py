"""Columns from a database or a library, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa


class ColumnBatches:
    """Named columns that do not come from a file.

    names: of the columns
    headed: True
    first_line: the names, for messages
    where: the name of the source, for messages
    detected: facts about the format
    skipped: 0
    """

    headed = True
    skipped = 0

    def __init__(self, names: Sequence[str], batches: Iterable[Mapping[str, Any]], *, source: str, form: str) -> None:
        """Batches: mappings from name to an Arrow array or a sequence of Python values."""
        self.names = tuple(names)
        self.first_line = ", ".join(self.names)
        self.where = source
        self.detected = {"format": form}
        self._batches = batches

    def batches(self, indexes: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """For each role its column as an Arrow array, a batch of rows at a time."""
        for batch in self._batches:
            yield {role: _array(batch[self.names[index]]) for role, index in indexes.items()}

    def location(self, row: int) -> str:
        """The source and the row, counted from 1."""
        return f"{self.where}:{row + 1}"


def _array(values: Any) -> Any:
    """Values as an Arrow array; as text where their types are mixed."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if not isinstance(values, pa.Array):
        try:
            values = pa.array(values)
        except (pa.ArrowException, OverflowError, TypeError):
            values = pa.array([None if value is None else str(value) for value in values], pa.string())
    return values.cast(pa.string()) if pa.types.is_null(values.type) else values
