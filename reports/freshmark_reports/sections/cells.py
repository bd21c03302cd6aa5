"""Every cell: what it gave, what it was worst at, and the command that makes it again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

import numpy as np
from freshmark import Column, Entry, Prose, Results, Section, Table, Value
from freshmark.reporting import StreamRecord, metric_label, row_label

from freshmark_reports.windows import dates

MOST = 500
"""Cells of a stream that are listed; a page with more is slow to open, and nobody reads on."""

HIDDEN = "anonymised("
"""In the name of a stream whose expression holds a secret, so that the name cannot be run."""

KEPT = ("outcomes", "windows", "updates", "latencies")
"""Tables of a cell."""


def section(results: Results) -> Sequence[Section]:
    """One a stream; its table is folded."""
    found = []
    for stream in results.streams:
        cells = results.cells[results.cells["stream"] == stream]
        if len(cells):
            where = f"The rows behind each lie in cells/<key>/: {', '.join(KEPT)}, as parquet, and log.txt."
            listed = cells.sort_values("status", key=lambda status: status == "ok", kind="stable").head(MOST)
            if len(listed) < len(cells):
                where += (
                    f" Listed are {len(listed):,} of {len(cells):,}, those that failed first; "
                    "freshmark export writes all of them."
                )
                cells = listed
            if HIDDEN in stream:
                where += (
                    " Give the commands in the run folder: its plan.toml holds the salt, which no report tells. "
                    "They measure every stream of that plan."
                )
            found.append(Section("Every cell", (Prose(where), _table(results, stream, cells)), stream, order=1500))
    return found


def _table(results: Results, stream: str, cells: Any) -> Table:
    record = results.streams[stream]
    metric = results.metric_for(stream)
    name = metric_label(str(metric))
    columns = (
        Column("Cell"),
        Column("Seed", "count"),
        Column("Status"),
        Column("Took", "seconds"),
        Column(name, "number"),
        Column("Worst window", "number", f"{name} of the window in which it was worst"),
        Column("which began", about="begin of that window"),
        Column("Key", about="of its folder, in cells/"),
        Column("Made again by"),
    )
    rows = tuple(
        (
            row_label(cell["strategy"], cell["every"], cell["delay"]),
            int(cell["seed"]),
            cell["status"],
            cell["seconds"],
            *_numbers(results, cell, record, str(metric)),
            str(cell["key"])[:8],
            reproduce(cell, record),
        )
        for _, cell in cells.iterrows()
    )
    return Table(columns, rows, "Every cell, and the command that measures it again", open=False)


def _numbers(results: Results, cell: Any, record: StreamRecord, metric: str) -> tuple[Entry, Entry, Entry]:
    if cell["status"] != "ok":
        return None, None, None
    values = results.measured(str(cell["key"]), [metric])[0].value[0]
    sign = 1.0 if results.better(metric) == "higher" else -1.0
    windows = sign * values[:-1]
    if not np.isfinite(windows).any():
        return float(values[-1]), Value(float("nan"), note="no window has events"), None
    worst = int(np.nanargmin(windows))
    begin = str(dates(record.edges[[worst]]).astype("datetime64[m]")[0]).replace("T", " ")
    return float(values[-1]), float(values[worst]), begin


def reproduce(cell: Any, record: StreamRecord) -> str:
    """The command line that measures this cell (and the seeds before it) again; see HIDDEN for where it is given."""
    source = ["plan.toml"] if HIDDEN in cell["stream"] else ["-d", cell["stream"]]
    words = ["freshmark", "run", *source, "-s", cell["strategy"], "--every", cell["every"]]
    for option, span in (("--delay", cell["delay"]), ("--label-delay", record.settings.get("label_delay"))):
        if span not in (None, "", "0s"):
            words += [option, span]
    words += ["--seeds", str(int(cell["seed"]) + 1)]
    words += [
        "--warmup",
        str(record.settings.get("warmup", 0.3)),
        "--window",
        str(record.settings.get("window", "auto")),
    ]
    return shlex.join(str(word) for word in words)
