"""The index of a folder of runs: newest first, with links to their reports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from freshmark.contract.section import Column, Entry, Link, Section, Table
from freshmark.errors import StoreError
from freshmark.results.output.document import Document
from freshmark.results.stored.folder import RunFolder

COLUMNS = ("run", "started", "streams", "strategies", "schedules", "seeds", "cells", "failed", "seconds", "command",
           "report")  # fmt: skip
REPORT = "report.html"


def index_of(folder: Path) -> Document:
    """The page of the runs below a folder; reads only run.sqlite.

    Raises:
        StoreError: no run exists, or one cannot be read.
    """
    runs = sorted(path.parent for path in folder.glob("**/run.sqlite"))
    if not runs:
        raise StoreError(
            "no run folder in this folder",
            where=str(folder),
            remedy="give a folder that contains run folders",
            code="FM401",
        )
    rows = sorted((_row(folder, run) for run in runs), key=lambda row: (row["started"], row["run"]), reverse=True)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    count = "1 run" if len(rows) == 1 else f"{len(rows)} runs"
    return Document(f"{count} in {folder.resolve().name}", [Section("Runs", (_table(rows),))], table)


def _row(folder: Path, run: Path) -> dict[str, Any]:
    record = RunFolder(run)
    cells = record.cells
    starts = [float(cell["started"]) for cell in cells if cell["started"]]
    report = run / REPORT
    return {
        "run": run.relative_to(folder).as_posix() if run != folder else run.resolve().name,
        "started": datetime.fromtimestamp(min(starts), UTC).strftime("%Y-%m-%d %H:%M") if starts else "",
        "streams": ", ".join(record.streams),
        "strategies": len({cell["strategy"] for cell in cells}),
        "schedules": len({(cell["every"], cell["delay"]) for cell in cells}),
        "seeds": len({cell["seed"] for cell in cells}),
        "cells": len(cells),
        "failed": sum(cell["status"] != "ok" for cell in cells),
        "seconds": sum(float(cell["seconds"] or 0) for cell in cells),
        "command": str(record.provenance.get("command", "")),
        "report": quote(report.relative_to(folder).as_posix()) if report.is_file() else "",
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    columns = (
        Column("Run", about="links to its report, if it has one"),
        Column("Started, UTC"),
        Column("Streams"),
        Column("Strategies", "count"),
        Column("Schedules", "count"),
        Column("Seeds", "count"),
        Column("Cells", "count"),
        Column("Not ok", "count", "cells that failed or have not run yet"),
        Column("Duration", "seconds", "all cells together"),
        Column("Command"),
    )
    return Table(columns, tuple(tuple(_entries(row)) for row in rows), "Newest first")


def _entries(row: dict[str, Any]) -> Iterator[Entry]:
    yield Link(row["run"], row["report"]) if row["report"] else row["run"]
    yield from (row[name] for name in COLUMNS[1:-1])
