"""Tables on disk: Parquet files that are renamed into place when complete, identified by their digests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from freshmark.contract.arrays import AnyArray


def write_tables(tables: Mapping[str, Mapping[str, AnyArray]], folder: Path) -> dict[str, str]:
    """Write one Parquet file per table; the folder appears when all are on disk. Returns file name → sha256."""
    os.umask(0o022)  # a umask set by a plugin would decide who may read the result
    partial = folder.with_name(f".tmp-{folder.name}")
    for leftover in (partial, folder):
        if leftover.exists():
            shutil.rmtree(leftover)
    partial.mkdir(parents=True)
    digests = {}
    for name, table in tables.items():
        file = partial / f"{name}.parquet"
        _write(table, file)
        digests[file.name] = sha256(file.read_bytes()).hexdigest()
    _sync(partial)
    partial.rename(folder)
    _sync(folder.parent)
    return digests


def write_table(table: Mapping[str, AnyArray], file: Path) -> None:
    """Write the columns as a Parquet file, which appears when it is on disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".tmp-{file.name}")
    try:
        _write(table, partial)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    _sync(file.parent)


def _write(table: Mapping[str, AnyArray], file: Path) -> None:
    import pyarrow as pa  # noqa: PLC0415  (50 ms and a thread, after everything that is measured)
    from pyarrow import parquet  # noqa: PLC0415

    columns = pa.Table.from_arrays([_arrow(np.ascontiguousarray(column)) for column in table.values()], list(table))
    parquet.write_table(columns, file, compression="zstd")
    _sync(file)


def _arrow(column: AnyArray) -> Any:
    """The column as an Arrow array, without a copy; ``pa.array`` would import pandas, which takes most of a second."""
    import pyarrow as pa  # noqa: PLC0415  (as above)

    bits = np.packbits(column, bitorder="little") if column.dtype == np.bool_ else column
    return pa.Array.from_buffers(pa.from_numpy_dtype(column.dtype), len(column), [None, pa.py_buffer(bits)])


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
