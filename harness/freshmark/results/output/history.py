"""The history of a folder of runs: the metric and the cost of every row that several runs share, run after run.

A change of level is marked where Pettitt's test finds one (``statistics.change_point``). CPU seconds are those at the
speed of the first run's machine, if the runs timed the calibration kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from freshmark.contract.section import Column, Entry, Link, Section, Table
from freshmark.errors import FreshmarkError
from freshmark.results.naming import format_number, metric_label, schedule_label
from freshmark.results.output.document import Document, Reportable
from freshmark.results.statistics.change_point import change_points
from freshmark.results.stored.folder import StreamRecord

FEWEST_RUNS = 3
COLUMNS = ("stream", "strategy", "every", "delay", "run", "started", "metric", "value", "margin",
           "cpu_seconds_per_million", "value_changed", "cpu_changed")  # fmt: skip
_ROW = ["stream", "fingerprint", "metric", "strategy", "every", "delay"]


def history_of(folder: Path, results_of: Callable[[Path], Reportable]) -> Document | None:
    """The page of the runs below a folder; None where no row is in at least three of them.

    Args:
        folder: with run folders at any depth.
        results_of: run folder → its results.
    """
    points: list[dict[str, Any]] = []
    streams: dict[str, StreamRecord] = {}
    for run in sorted(path.parent for path in folder.glob("**/run.sqlite")):
        with suppress(FreshmarkError):  # the index says why a run cannot be judged
            results = results_of(run)
            points += list(_points(run.relative_to(folder).as_posix(), results))
            streams |= results.streams
    table = pd.DataFrame(points).sort_values(["started", "run"], kind="stable") if points else pd.DataFrame()
    lines = [_line(own) for _, own in table.groupby(_ROW, sort=False) if len(own) >= FEWEST_RUNS] if points else []
    if not lines:
        return None
    names = list(dict.fromkeys(str(line["stream"].iloc[0]) for line in lines))
    sections = [_section(name, [line for line in lines if line["stream"].iloc[0] == name]) for name in names]
    whole = pd.concat(lines, ignore_index=True)
    return Document(
        f"History of {folder.resolve().name}", sections, whole[list(COLUMNS)], {name: streams[name] for name in names}
    )


def _points(run: str, results: Reportable) -> Iterator[dict[str, Any]]:
    """One a row of the run that has a value."""
    starts = results.cells["started"].dropna().astype(float)
    started = datetime.fromtimestamp(starts.min(), UTC).strftime("%Y-%m-%d %H:%M") if len(starts) else ""
    verdicts = {verdict.stream: verdict.sentence for verdict in results.verdicts()}
    names = ("stream", "metric", "strategy", "every", "delay", "value", "margin", "cpu_seconds_per_million",
             "kernel_seconds")  # fmt: skip
    for row in results.ranking().dropna(subset=["value"]).to_dict("records"):
        yield {
            **{name: row[name] for name in names},
            "run": run,
            "started": started,
            "fingerprint": results.streams[row["stream"]].fingerprint,
            "verdict": verdicts.get(row["stream"], ""),
        }


def _line(own: pd.DataFrame) -> pd.DataFrame:
    """The runs of one row in order, with CPU seconds at one speed, and where each series changed."""
    known = own["kernel_seconds"].dropna()
    speed = (known.iloc[0] / own["kernel_seconds"]) if len(known) == len(own) else 1.0
    own = own.assign(cpu_seconds_per_million=own["cpu_seconds_per_million"] * speed).reset_index(drop=True)
    for name, column in (("value_changed", "value"), ("cpu_changed", "cpu_seconds_per_million")):
        own[name] = np.isin(np.arange(len(own)), change_points(own[column].to_numpy(np.float64)))
    return own


def _section(stream: str, lines: Sequence[pd.DataFrame]) -> Section:
    metric = metric_label(str(lines[0]["metric"].iloc[0]))
    changes = Table(
        (
            Column("Strategy"),
            Column("Updated"),
            Column("Runs", "count"),
            Column(f"{metric}, first", "number"),
            Column(f"{metric}, last", "number"),
            Column(f"{metric} changed at", about="the first run of a new level: Pettitt's test at 1 %"),
            Column("CPU s / M, first", "number"),
            Column("CPU s / M, last", "number", "at the speed of the first run's machine, if all timed the kernel"),
            Column("CPU changed at", about="likewise"),
        ),
        tuple(_summary(line) for line in lines),
        "Every row, from the first run to the last",
    )
    longest = lines[0] if len(lines) == 1 else max(lines, key=len)
    runs = Table(
        (Column("Run"), Column("Started, UTC"), Column("Verdict"), Column(f"{metric} and CPU s / M of each row")),
        tuple(
            (row["run"], row["started"], row["verdict"], _each(lines, row["run"])) for row in longest.to_dict("records")
        ),
        "Every run, oldest first",
    )
    return Section("History", (changes, runs), stream)


def _summary(line: pd.DataFrame) -> tuple[Entry, ...]:
    first, last = line.iloc[0], line.iloc[-1]
    changed = [", ".join(line.loc[line[name], "run"].astype(str)) for name in ("value_changed", "cpu_changed")]
    words = schedule_label(str(first["every"]), str(first["delay"]))
    costs = (float(first["cpu_seconds_per_million"]), float(last["cpu_seconds_per_million"]))
    values = (float(first["value"]), float(last["value"]))
    return (str(first["strategy"]), words, len(line), *values, changed[0], *costs, changed[1])


def _each(lines: Sequence[pd.DataFrame], run: str) -> str:
    rows = [row for line in lines for row in line[line["run"] == run].to_dict("records")]
    return "; ".join(
        f"{row['strategy']} {schedule_label(row['every'], row['delay'])} {format_number(row['value'])}, "
        f"{format_number(row['cpu_seconds_per_million'])}"
        for row in rows
    )


def link_to(file: str) -> Section:
    """The section of an index that leads to the history."""
    about = "Metric and cost of every row, run after run, and where they changed"
    return Section("History", (Table((Column("Page"), Column("What")), ((Link("History", file), about),)),))
