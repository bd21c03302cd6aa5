"""Who is served: the metric for new and known users, for new, popular and other items."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark.contract.arrays import FloatArray, IntArray
from freshmark.contract.section import Chart, Column, Section, Table
from freshmark.results.naming import called, metric_in_words, number
from freshmark.results.segments import SEGMENTS
from freshmark.results.tables import Results

from freshmark_reports.choice import best_of_each, keys_of, rows_of, said_of


def section(results: Results) -> Sequence[Section]:
    """One chart a stream."""
    found = []
    for stream in results.streams:
        rows = rows_of(results, stream)
        if len(rows):
            found.append(Section("Who is served", (_chart(results, rows),), stream))
    return found


def _chart(results: Results, rows: pd.DataFrame) -> Chart:
    shown = best_of_each(rows)
    metric = str(rows["metric"].iloc[0])
    found = [_values(results, row, metric) for _, row in shown.iterrows()]
    values, count = np.array([value for value, _ in found]), found[0][1]
    table = Table(
        (Column("Segment"), Column("Events", "count"), *(Column(_name(row), "number") for _, row in shown.iterrows())),
        tuple((name, int(count[place]), *values[:, place].tolist()) for place, name in enumerate(SEGMENTS)),
        f"{metric_in_words(metric)} by segment",
    )
    finding = _finding(shown.iloc[0], values[0], count, metric) + said_of(len(shown), rows)
    return Chart(partial(_draw, results, shown, values, count), finding, table, wide=True, height=0.95)


def _name(row: Any) -> str:
    return called(row["strategy"], row["every"], row["delay"])


def _values(results: Results, row: pd.Series, metric: str) -> tuple[FloatArray, IntArray]:
    measured = [results.measured(key, [metric])[0] for key in keys_of(results, row)]
    return np.mean([one.value[:, -1] for one in measured], axis=0), measured[0].count[:, -1]


def _finding(best: Any, values: FloatArray, count: IntArray, metric: str) -> str:
    by = dict(zip(SEGMENTS, values.tolist(), strict=True))
    share = count[SEGMENTS.index("new item")] / count[0]
    return (
        f"{_name(best)} gives new users {metric_in_words(metric)} {number(by['new user'])}, known ones "
        f"{number(by['known user'])}; {100 * share:.0f}\u00a0% of the events go to new items, where it gives "
        f"{number(by['new item'])}."
    )


def _draw(results: Results, shown: pd.DataFrame, values: FloatArray, count: IntArray, figure: Any) -> None:
    # Matplotlib costs time that the other forms of report need not pay.
    from freshmark_reports.palette import legend_below, looks, markers, muted  # noqa: PLC0415
    from freshmark_reports.pointing import rows_gid  # noqa: PLC0415

    axes = figure.subplots()
    look, marker = looks(results), markers(shown["strategy"])
    keys = []
    for place, (_, row) in enumerate(shown.iterrows()):
        shift = (place - (len(shown) - 1) / 2) * 0.62 / max(len(shown), 1)
        (points,) = axes.plot(
            values[place],
            -np.arange(len(SEGMENTS)) - shift,
            linestyle="none",
            marker=marker[row["strategy"]],
            color=look[row["strategy"]].colour,
            label=_name(row),
        )
        points.set_gid(rows_gid(np.arange(len(SEGMENTS))))
        keys.append(points)
    labels = [f"{name} ({number:,})" for name, number in zip(SEGMENTS, count.tolist(), strict=True)]
    axes.set_yticks(-np.arange(len(SEGMENTS)), labels, color=muted())
    axes.set_yticks(-np.arange(len(SEGMENTS) - 1) - 0.5, minor=True)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="y", which="minor")
    axes.set_title(metric_in_words(str(shown["metric"].iloc[0])))
    legend_below(figure, keys, 3)
