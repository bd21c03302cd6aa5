"""The index of a folder of runs: newest first, with their verdicts and links to their reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from freshmark.contract.section import Column, Entry, Link, Section, Table
from freshmark.errors import FreshmarkError, StoreError
from freshmark.results.naming import metric_label, row_label
from freshmark.results.output.document import Document, Reportable
from freshmark.results.stored.folder import RunFolder

COLUMNS = (
    "run", "started", "verdict", "metric", "winner", "streams", "strategies", "schedules", "seeds", "cells", "failed",
    "seconds", "command", "report",
)  # fmt: skip
REPORT = "report.html"


def index_of(folder: Path, results_of: Callable[[Path], Reportable]) -> Document:
    """The page of the runs below a folder.

    A run that cannot be judged, because its tables are missing or of another version, says so in place of its verdict.

    Args:
        folder: with run folders at any depth.
        results_of: run folder → its results, whose verdicts are listed.

    Raises:
        StoreError: no run exists, or a run.sqlite cannot be read.
    """
    runs = sorted(path.parent for path in folder.glob("**/run.sqlite"))
    if not runs:
        raise StoreError(
            "no run folder in this folder",
            where=str(folder),
            remedy="give a folder that contains run folders",
            code="FM401",
        )
    rows = sorted(
        (_row(folder, run, results_of) for run in runs), key=lambda row: (row["started"], row["run"]), reverse=True
    )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    count = "1 run" if len(rows) == 1 else f"{len(rows)} runs"
    return Document(f"{count} in {folder.resolve().name}", [Section("Runs", (_table(rows),))], table)


def _row(folder: Path, run: Path, results_of: Callable[[Path], Reportable]) -> dict[str, Any]:
    record = RunFolder(run)
    cells = record.cells
    starts = [float(cell["started"]) for cell in cells if cell["started"]]
    report = run / REPORT
    return {
        "run": run.relative_to(folder).as_posix() if run != folder else run.resolve().name,
        "started": datetime.fromtimestamp(min(starts), UTC).strftime("%Y-%m-%d %H:%M") if starts else "",
        **_decided(run, results_of),
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


def _decided(run: Path, results_of: Callable[[Path], Reportable]) -> dict[str, str]:
    """Verdict, metric and winner; of several streams each one's, in their order."""
    try:
        results = results_of(run)
        verdicts, ranking = results.verdicts(), results.ranking()
    except FreshmarkError as error:
        return {"verdict": f"cannot be judged: {error}", "metric": "", "winner": ""}
    named = len(verdicts) > 1
    metrics = ranking.groupby("stream", sort=False)["metric"].first()
    return {
        "verdict": " ".join(f"{one.stream}: {one.sentence}" if named else one.sentence for one in verdicts),
        "metric": ", ".join(dict.fromkeys(metric_label(str(metric)) for metric in metrics)),
        "winner": ", ".join(row_label(*one.chosen) for one in verdicts if one.chosen),
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    columns = (
        Column("Run", about="links to its report, if it has one"),
        Column("Started, UTC"),
        Column("Verdict", about="on each stream, without prices and limits"),
        Column("Metric", about="that decides"),
        Column("Winner", about="what the verdict names; the best bet where it is not settled"),
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
