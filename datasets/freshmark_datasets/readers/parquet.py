"""Parquet files: columns by name, a batch of rows at a time; nothing in their metadata is executed."""

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
    first_line: the columns and their types, for messages
    where: the path
    detected: facts about the format
    skipped: 0
    """

    headed = True
    skipped = 0

    def __init__(self, path: Path) -> None:
        self.path = path
        self.where = str(path)
        try:
            schema = pq.read_schema(path)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path, error) from error
        self.names = tuple(schema.names)
        self.first_line = ", ".join(f"{field.name}: {field.type}" for field in schema)
        self.detected = {"format": "parquet"}

    def batches(self, indexes: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """For each role its column as an Arrow array of its own type, a batch of rows at a time."""
        names = {role: self.names[index] for role, index in indexes.items()}
        try:
            with pq.ParquetFile(self.path) as file:
                for batch in file.iter_batches(BATCH, columns=sorted(set(names.values())), use_threads=False):
                    yield {role: batch.column(name) for role, name in names.items()}
        except (pa.ArrowException, OSError) as error:
            raise _damaged(self.path, error) from error

    def location(self, row: int) -> str:
        """The file and the row, counted from 1."""
        return f"{self.path}:{row + 1}"


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(f"not a readable parquet file: {error}", where=str(path), code="FM217")
