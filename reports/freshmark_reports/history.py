"""The metric by the number of previous events of the user."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, FloatArray, IntArray, Results, Table
from freshmark.reporting import format_number, metric_label, row_label

from freshmark_reports import drawing
from freshmark_reports.choice import best_of_each, keys_of, selection_note

FEW = 50
"""Groups with fewer events are merged into the previous one."""

MOST_GROUPS = 12


def history(results: Results, rows: pd.DataFrame) -> Chart | None:
    """The chart; None if the metric is not a mean over events, or all users have histories of one length."""
    stream, name = str(rows["stream"].iloc[0]), str(rows["metric"].iloc[0])
    metric = results.metrics.named(name)
    edges = groups_of(results.events(stream)["user_events"])
    if metric.each is None or metric.root or len(edges) < 2:  # noqa: PLR2004  (one point is no curve)
        return None
    shown = best_of_each(rows)
    group = np.searchsorted(edges, results.events(stream)["user_events"], "right") - 1
    count = np.bincount(group, minlength=len(edges))
    values = {}
    for _, row in shown.iterrows():
        gain = np.mean([metric.each(results.outcomes(key)) for key in keys_of(results, row)], axis=0)
        sums = np.bincount(group, weights=gain, minlength=len(edges))
        values[row_label(row["strategy"], row["every"], row["delay"])] = sums / count
    labels = _labels(edges)
    table = Table(
        (Column("Events before"), *(Column(one, "number") for one in values), Column("Events", "count")),
        tuple(
            (label, *(float(one[place]) for one in values.values()), int(count[place]))
            for place, label in enumerate(labels)
        ),
        f"{metric_label(name)} by how many events the user had before",
    )
    finding = _finding(labels, values, name) + selection_note(len(shown), rows)
    draw = partial(_draw, results, shown, labels, values)
    return Chart(draw, finding, table, wide=True, height=0.75)


def groups_of(earlier: IntArray) -> IntArray:
    """Least number of earlier events of each group: 0, 1, 2, 4, 8 …, none of them almost empty.

    earlier: (n,), how many events the user of each had before
    """
    highest = int(earlier.max(initial=0))
    bounds = [0, *(1 << power for power in range(MOST_GROUPS - 1) if 1 << power <= highest)]
    kept = [0]
    for bound in bounds[1:]:
        if (earlier >= bound).sum() >= FEW and ((earlier >= kept[-1]) & (earlier < bound)).sum() >= FEW:
            kept.append(bound)
    return np.array(kept, np.int64)


def _labels(edges: IntArray) -> list[str]:
    spans = [(int(low), int(high) - 1) for low, high in pairwise(edges)]
    return [*(f"{low:,}" if low == high else f"{low:,}–{high:,}" for low, high in spans), f"{int(edges[-1]):,} or more"]


def _finding(labels: Sequence[str], values: dict[str, FloatArray], metric: str) -> str:
    name, best = next(iter(values.items()))
    return (
        f"{metric_label(metric)} of {name}: {format_number(float(best[0]))} for users with "
        f"{'no history' if labels[0] == '0' else f'{labels[0]} previous events'}, "
        f"{format_number(float(best[-1]))} for those with {labels[-1]}."
    )


def _draw(
    results: Results, shown: pd.DataFrame, labels: Sequence[str], values: dict[str, FloatArray], figure: Any
) -> None:
    axes = figure.subplots()
    keys = drawing.curves(axes, results, shown, range(len(labels)), values, marker="o")
    axes.set_xticks(range(len(labels)), labels, color=drawing.muted())
    axes.set_xlabel("previous events of the user")
    axes.set_title(metric_label(str(shown["metric"].iloc[0])))
    drawing.legend_below(figure, keys, 3)
