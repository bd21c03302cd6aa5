"""Parquet files: columns by name, read a batch of rows at a time; nothing in their metadata is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from freshmark import DataError

MAGIC = b"PAR1"
BATCH = 1 << 18


class Parquet:
    """One parquet file.

    names: of its top-level columns
    headed: True
    first: the columns and their types, to be shown
    top: the place of the columns
    told: what was found out
    left_out: 0
    """

    headed = True
    left_out = 0

    def __init__(self, path: Path) -> None:
        self.path = path
        self.top = str(path)
        try:
            schema = pq.read_schema(path)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path, error) from error
        self.names = tuple(schema.names)
        self.first = ", ".join(f"{field.name}: {field.type}" for field in schema)
        self.told = {"format": "parquet"}

    def batches(self, wanted: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """For each role its column as an Arrow array of its own type, a batch of rows at a time."""
        names = {role: self.names[index] for role, index in wanted.items()}
        try:
            with pq.ParquetFile(self.path) as file:
                for batch in file.iter_batches(BATCH, columns=sorted(set(names.values())), use_threads=False):
                    yield {role: batch.column(name) for role, name in names.items()}
        except (pa.ArrowException, OSError) as error:
            raise _damaged(self.path, error) from error

    def place(self, row: int) -> str:
        """The file and the row, counted from 1."""
        return f"{self.path}:{row + 1}"


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(f"no readable parquet: {error}", where=str(path), code="FM217")
