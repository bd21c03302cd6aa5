"""Columns that a database or a library gives, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa


class ColumnBatches:
    """Named columns from elsewhere than a file.

    names: of the columns
    headed: True
    first: the names, to be shown
    top: what errors call it
    told: what was found out
    left_out: 0
    """

    headed = True
    left_out = 0

    def __init__(self, names: Sequence[str], batches: Iterable[Mapping[str, Any]], *, source: str, form: str) -> None:
        """Batches: mappings from name to an Arrow array or a sequence of Python values."""
        self.names = tuple(names)
        self.first = ", ".join(self.names)
        self.top = source
        self.told = {"format": form}
        self._batches = batches

    def batches(self, wanted: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """For each role its column as an Arrow array, a batch of rows at a time."""
        for batch in self._batches:
            yield {role: _array(batch[self.names[index]]) for role, index in wanted.items()}

    def place(self, row: int) -> str:
        """The source and the row, counted from 1."""
        return f"{self.top}:{row + 1}"


def _array(values: Any) -> Any:
    """Values as an Arrow array of one type; as text where they are of several."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if not isinstance(values, pa.Array):
        try:
            values = pa.array(values)
        except (pa.ArrowException, OverflowError, TypeError):
            values = pa.array([None if one is None else str(one) for one in values], pa.string())
    return values.cast(pa.string()) if pa.types.is_null(values.type) else values
