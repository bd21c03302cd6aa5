"""Every cell: its result, its worst window, and the command that measures it again."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from freshmark import Column, Entry, Prose, Results, Section, Table, Value
from freshmark.reporting import StreamRecord, duration_label, metric_label, row_label

from freshmark_reports.windows import dates

MOST = 500
"""Maximum number of cells listed per stream; with more, the page is slow to open."""

HIDDEN = "anonymised("
"""Part of the name of a stream whose expression contains a secret, so that the name cannot be run."""

KEPT = ("outcomes", "windows", "updates", "latencies")
"""Tables of a cell."""


def section(results: Results) -> Sequence[Section]:
    """One per stream; its table is folded."""
    found = []
    for stream in results.streams:
        cells = results.cells[results.cells["stream"] == stream]
        if len(cells):
            where = f"Raw rows of each cell are in cells/<key>/: {', '.join(KEPT)}, as Parquet, and log.txt."
            listed = cells.sort_values("status", key=lambda status: status == "ok", kind="stable").head(MOST)
            if len(listed) < len(cells):
                where += f" Listed: {len(listed):,} of {len(cells):,}, failed ones first; freshmark export writes all."
                cells = listed
            if HIDDEN in stream:
                where += (
                    " Run the commands in the run folder: its plan.toml holds the salt, which reports never show. "
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
        Column("Duration", "seconds"),
        Column(name, "number"),
        Column("Worst window", "number", f"{name} in its worst window"),
        Column("Start of the worst window"),
        Column("Key", about="name of its folder in cells/"),
        Column("Reproduce with"),
    )
    plugins = {
        str(cell["key"]): files for folder in results.folders for files in [_plugins(folder)] for cell in folder.cells
    }
    rows = tuple(
        (
            row_label(cell["strategy"], cell["every"], cell["delay"]),
            int(cell["seed"]),
            cell["status"],
            cell["seconds"],
            *_numbers(results, cell, record, str(metric)),
            str(cell["key"])[:8],
            reproduce(cell, record, plugins[str(cell["key"])]),
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


def _plugins(folder: Any) -> tuple[str, ...]:
    """The plugin files of the folder's plan; by their recorded names only where the plan is missing."""
    plan = Path(folder.path) / "plan.toml"
    files = tomllib.loads(plan.read_text("utf-8")).get("plugins") if plan.is_file() else None
    if files is None:
        return tuple(folder.provenance.get("plugins") or ())
    # The plan names a file relative to its folder, to the home folder (~), or absolutely.
    return tuple(file if file.startswith("~/") else str(Path(folder.path) / file) for file in files)


def quoted(word: str) -> str:
    """The word for a shell: an expression with single quotes stands in double quotes, ``~/`` stays outside of them."""
    if word.startswith("~/"):
        return f"~/{quoted(word[2:])}"
    if "'" in word and not re.search(r'["$`\\!]', word):
        return f'"{word}"'
    return shlex.quote(word)


def reproduce(cell: Any, record: StreamRecord, plugins: Sequence[str] = ()) -> str:
    """The command that measures this cell (and the seeds before it) again; see HIDDEN for where to run it."""
    source = ["plan.toml"] if HIDDEN in cell["stream"] else ["-d", cell["stream"]]
    words = ["freshmark", "run", *source, "-s", cell["strategy"], "--every", duration_label(cell["every"])]
    for option, span in (("--delay", cell["delay"]), ("--label-delay", record.settings.get("label_delay"))):
        if span not in (None, "", "0s"):
            words += [option, duration_label(span)]
    words += ["--seeds", str(int(cell["seed"]) + 1), "--warmup", str(record.settings.get("warmup", 0.3))]
    words += ["--window", duration_label(str(record.settings.get("window", "auto")))]
    if HIDDEN not in cell["stream"]:  # the plan names them itself
        words += [word for file in plugins for word in ("--plugin", file)]
    return " ".join(quoted(str(word)) for word in words)
