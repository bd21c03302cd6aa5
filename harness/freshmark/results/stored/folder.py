"""Reads a run folder, checking files against their digests; never writes to it."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from freshmark.contract.arrays import AnyArray, IntArray, Task
from freshmark.errors import StoreError

SCHEMA = 1
"""``PRAGMA user_version`` of run.sqlite, up to which this version can read it."""

TUNING_TABLES = ("tunings", "trials")
"""Tables that runs of earlier versions lack."""

SMALL_TABLE = 1 << 20
"""Parquet files of up to so many bytes are read by one thread."""


@dataclass(frozen=True)
class StreamRecord:
    """A stream, as recorded in a run folder.

    events: path of the table of test events
    facts: counts: events, users, items, span_seconds, ties, duplicates, repeat_share
    drifts: planted changes: begin, end (µs), kind, n_users, n_items
    about: facts that the loader reports, such as the source
    settings: warmup, window, depth, top, probes, batch
    edges: (windows + 1,) int64, microseconds
    """

    name: str
    task: Task
    fingerprint: str
    events: Path
    facts: Mapping[str, float]
    drifts: tuple[Mapping[str, Any], ...]
    about: Mapping[str, str]
    settings: Mapping[str, Any]
    edges: IntArray

    @property
    def windows(self) -> int:
        """The number of windows."""
        return len(self.edges) - 1

    @property
    def top(self) -> int:
        """The default K of lists and metrics."""
        return int(self.settings.get("top", 10))


class RunFolder:
    """One run folder. Its sqlite is read at once, its parquet files on demand.

    Raises:
        StoreError: it is not a run folder, is of a newer version, or cannot be read.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        file = self.path / "run.sqlite"
        if not os.path.isfile(file):  # noqa: PTH113  (Path.is_file raises on EACCES and ENAMETOOLONG)
            raise StoreError(
                "not a run folder", where=str(path), remedy="give a folder that `freshmark run -o` wrote", code="FM401"
            )
        try:
            rows = _read(file)
        except (sqlite3.DatabaseError, ValueError, KeyError) as error:
            raise StoreError(f"cannot read the run: {error}", where=str(file), code="FM402") from error
        self.streams = {row["name"]: _stream(self.path, row) for row in rows["streams"]}
        self.cells: list[dict[str, Any]] = sorted(rows["cells"], key=lambda cell: (cell["position"], cell["key"]))
        self.provenance: dict[str, Any] = {row["name"]: json.loads(row["value"]) for row in rows["provenance"]}
        self.tunings, self.trials = (rows.get(name, []) for name in TUNING_TABLES)

    def table(self, cell: Mapping[str, Any], name: str) -> dict[str, AnyArray]:
        """A table of a cell, ``outcomes`` say; column → (n,) array.

        Raises:
            StoreError: the file is missing or was changed.
        """
        path = self.path / "cells" / str(cell["key"]) / f"{name}.parquet"
        digests: Mapping[str, str] = json.loads(cell["digests"] or "{}")
        return read_table(path, digests.get(path.name, ""))


def read_table(path: Path, digest: str = "") -> dict[str, AnyArray]:
    """Column → (n,) array of a parquet file, whose sha256 must be ``digest`` where one is given."""
    import pyarrow as pa  # noqa: PLC0415  (`freshmark list` must not import it)
    from pyarrow import parquet  # noqa: PLC0415

    remedy = "run the same command again; the cell is measured again"
    try:
        content = path.read_bytes()
        if digest and hashlib.sha256(content).hexdigest() != digest:
            raise StoreError("the file has changed since it was written", where=str(path), remedy=remedy, code="FM403")
        # A run has thousands of small tables: starting more threads takes longer than reading one.
        file = parquet.ParquetFile(pa.BufferReader(content))
        table = file.read(use_threads=len(content) > SMALL_TABLE)
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"cannot read a table: {error}", where=str(path), remedy=remedy, code="FM403") from error
    return {name: table[name].to_numpy() for name in table.column_names}


def _read(file: Path) -> dict[str, list[dict[str, Any]]]:
    connection = _connect(file)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            raise StoreError(
                f"the run was written by a newer freshmark (schema {version}; this version reads {SCHEMA})",
                where=str(file),
                remedy="upgrade freshmark",
                code="FM404",
            )
        connection.row_factory = sqlite3.Row
        there = {row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {
            name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")]  # noqa: S608  (constants)
            for name in ("streams", "cells", "provenance", *(one for one in TUNING_TABLES if one in there))
        }
    finally:
        connection.close()


def _connect(file: Path) -> sqlite3.Connection:
    """A read-only connection; ``immutable`` for a read-only folder, where sqlite cannot create WAL's shared memory."""
    for options in ("mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(f"{file.resolve().as_uri()}?{options}", uri=True)
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            connection.close()
        else:
            return connection
    raise sqlite3.DatabaseError("unable to open the database")


def _stream(folder: Path, row: Mapping[str, Any]) -> StreamRecord:
    return StreamRecord(
        name=row["name"],
        task=row["task"],
        fingerprint=row["fingerprint"],
        events=folder / row["events"],
        facts=json.loads(row["facts"] or "{}"),
        drifts=tuple(json.loads(row["drifts"] or "[]")),
        about=json.loads(row["about"] or "{}"),
        settings=json.loads(row["settings"] or "{}"),
        edges=np.array(json.loads(row["edges"] or "[0, 0]"), np.int64),
    )
