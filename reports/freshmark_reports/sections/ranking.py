"""Every strategy at every schedule, best first, with accuracy and costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from freshmark import Column, Entry, Kind, Results, Section, Table, Value
from freshmark.reporting import Tolerance, metric_label, too_few

from freshmark_reports.choice import keys_of

NOTHING_ADDED: Mapping[str, Sequence[float]] = MappingProxyType({})


def section(results: Results) -> Sequence[Section]:
    """The ranking table of each stream."""
    table = results.ranking()
    found = []
    for stream in results.streams:
        rows = [row for _, row in table[table["stream"] == stream].iterrows()]
        if rows:
            tolerance = results.terms.tolerance
            table_of_rows = ranking_table(rows, tolerance, _added(results, rows))
            found.append(Section("Ranking", (table_of_rows,), stream, order=100))
    return found


def _added(results: Results, rows: Sequence[Any]) -> dict[str, list[float]]:
    """Metrics of plugins, but for the one that decides → the value of each row, mean over seeds."""
    stream, deciding = str(rows[0]["stream"]), str(rows[0]["metric"])
    names = [name for name in results.recorded.added_metrics(stream) if name != deciding]
    values = [[results.measured(key, names) for key in keys_of(results, row)] for row in rows]
    return {
        name: [float(np.mean([cell[place].of("all") for cell in row])) if row else math.nan for row in values]
        for place, name in enumerate(names)
    }


def ranking_table(
    rows: Sequence[Any], tolerance: Tolerance, added: Mapping[str, Sequence[float]] = NOTHING_ADDED
) -> Table:
    """The rows of one stream as a table.

    Args:
        rows: of the ranking.
        tolerance: how much a row may lose that is marked.
        added: further metrics, each a column: name → the value of each row.
    """
    metric = metric_label(str(rows[0]["metric"]))
    shown = frozenset(place for place, row in enumerate(rows) if row["shown"])
    return Table(
        _columns(metric, list(added), "share" if tolerance.relative else "number"),
        tuple(_entries(row, [values[place] for values in added.values()]) for place, row in enumerate(rows)),
        f"{metric} and costs of every strategy and schedule, best first; marked rows are shown to lose at most "
        f"{tolerance.in_words()}.",
        marked=shown,
    )


def _columns(metric: str, added: Sequence[str], loss: Kind) -> tuple[Column, ...]:
    return (
        Column("Strategy", about="the expression that builds it"),
        Column("Updated", about="when updates are due, and how much later they go live"),
        Column(metric, "number", "mean over all test events and seeds ± half the 95 % interval"),
        Column("Δ best", "number", "difference from the best row on the same events ± half its 95 % interval"),
        Column("P(best)", "share", "probability that it is the best of those that may be chosen"),
        Column("May lose", loss, "95 % bound of what it loses to the best of those that may be chosen"),
        Column("Group", about="rows that share a letter do not differ significantly, all pairs judged at once"),
        Column("% of best", "share", "share of the best row's value"),
        Column("users", "number", f"{metric} on the first event of each user", "New"),
        Column("items", "number", f"{metric} on items not seen before their window began", "New"),
        *(Column(name, "number", "a plugin's metric, mean over seeds") for name in added),
        Column(
            "CPU s / M",
            "number",
            "CPU seconds of fit, updates and answers per million test events ± half the 95 % interval",
        ),
        Column("of updates", "number", "CPU seconds of updates, without the first fit"),
        Column("of answers", "number", "CPU seconds of answers"),
        Column("Updates", "count", "updates per cell, without the first fit"),
        Column("p50", "seconds", "wall-clock time of an update, median", "Update time"),
        Column("p99", "seconds", "of an update", "Update time"),
        Column("p50", "seconds", "wall-clock time of a single request, median", "Answer time"),
        Column("p95", "seconds", "of a single request", "Answer time"),
        Column("p99", "seconds", "of a single request", "Answer time"),
        Column("peak", "bytes", "resident memory above that at the start, maximum over seeds", "Memory"),
        Column("state", "bytes", "the strategy's tensors", "Memory"),
        Column("Seeds", "count", "cells that succeeded"),
        Column("Status", about="ok, or why a cell failed"),
    )


def _entries(row: Any, added: Sequence[float]) -> tuple[Entry, ...]:
    status = f"{row['status']}: {row['reason']}" if row["reason"] else row["status"]
    if not math.isfinite(row["value"]):
        return (row["strategy"], row["schedule"], row["status"], *[None] * (18 + len(added)), int(row["seeds"]), status)
    updates = round(row["updates"] * row["seeds"])
    requests = int(row["requests"])
    best = row["difference"] == 0 and row["difference_margin"] == 0
    return (
        row["strategy"],
        row["schedule"],
        Value(row["value"], row["margin"]),
        "best" if best else Value(row["difference"], row["difference_margin"]),
        row["p_best"],
        row["regret_bound"],
        row["letters"],
        row["ratio"],
        row["new_user"],
        row["new_item"],
        *added,
        Value(row["cpu_seconds_per_million"], row["cpu_seconds_margin"]),
        row["update_cpu_seconds_per_million"],
        row["answer_cpu_seconds_per_million"],
        row["updates"],
        _percentile(row["update_p50_seconds"], updates, 50, "updates"),
        _percentile(row["update_p99_seconds"], updates, 99, "updates"),
        _percentile(row["recommend_p50_seconds"], requests, 50, "requests"),
        _percentile(row["recommend_p95_seconds"], requests, 95, "requests"),
        _percentile(row["recommend_p99_seconds"], requests, 99, "requests"),
        row["peak_bytes"],
        row["state_bytes"],
        int(row["seeds"]),
        status,
    )


def _percentile(value: float, samples: int, percentile: float, what: str) -> Value:
    """The percentile, or why there is none; no update at all needs no reason."""
    reason = too_few(samples, percentile) if samples else ""
    return Value(value, note=f"{reason} {what}" if reason else "")
