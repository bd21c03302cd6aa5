"""Accuracy over time: when each strategy was updated, when the stream changed, what was achievable."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark.contract.section import Chart, Column, Entry, Section, Table
from freshmark.results.naming import called, metric_in_words, number
from freshmark.results.tables import Results

from freshmark_reports.choice import best_of_each, keys_of, rows_of, said_of
from freshmark_reports.windows import Curve, curve_of, dates, oracle_curve

MOST_TICKS = 300
CROWDED = 0.09
"""Share of the time below which two marks stand so close that their names go on two lines."""


def section(results: Results) -> Sequence[Section]:
    """One chart a stream that has at least two windows."""
    found = []
    for stream, record in results.streams.items():
        rows = rows_of(results, stream)
        if len(rows) and record.windows > 1:
            found.append(Section("Accuracy over time", (_chart(results, stream, rows),), stream))
    return found


def _chart(results: Results, stream: str, rows: pd.DataFrame) -> Chart:
    shown = best_of_each(rows)
    metric = str(rows["metric"].iloc[0])
    curves = {
        called(row["strategy"], row["every"], row["delay"]): curve_of(results, row) for _, row in shown.iterrows()
    }
    oracle = oracle_curve(results, stream, metric)
    known = {**curves, "oracle": oracle[0]} if oracle else curves
    finding = _finding(rows.iloc[0], next(iter(curves.values())), oracle[1] if oracle else None)
    together = next(iter(curves.values())).together
    if together > 1:
        finding += f" Each point is the mean of {together} windows."
    table = Table(
        (Column("Window begins"), *(Column(name, "number") for name in known)),
        _rows(known),
        f"{metric_in_words(metric)} by window",
    )
    draw = partial(_draw, results, stream, shown, curves, oracle[0] if oracle else None)
    return Chart(draw, finding + said_of(len(shown), rows), table, wide=True, height=1.05)


def _rows(curves: dict[str, Curve]) -> tuple[tuple[Entry, ...], ...]:
    begin = next(iter(curves.values())).begin
    times = [str(time).replace("T", " ") for time in dates(begin).astype("datetime64[s]")]
    return tuple(
        (time, *(float(f"{curve.value[place]:.4g}") for curve in curves.values())) for place, time in enumerate(times)
    )


def _finding(best: Any, curve: Curve, achievable: float | None) -> str:
    known = curve.value[np.isfinite(curve.value)]
    name = called(best["strategy"], best["every"], best["delay"])
    text = f"{name} moves between {number(known.min())} and {number(known.max())} from window to window"
    if achievable:
        share = best["value"] / achievable if best["value"] < achievable else achievable / best["value"]
        text += f", and reaches {100 * share:.0f}\u00a0% of the oracle's {number(achievable)}"
    return text + "."


def _draw(
    results: Results, stream: str, shown: pd.DataFrame, curves: dict[str, Curve], oracle: Curve | None, figure: Any
) -> None:
    # Seaborn costs seconds that the other forms of report need not pay.
    from freshmark_reports.figure import INK  # noqa: PLC0415
    from freshmark_reports.palette import legend_below, line_key, looks  # noqa: PLC0415

    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[6, 0.4 + 0.22 * len(shown)])
    look = looks(results)
    keys = []
    for (name, curve), strategy in zip(curves.items(), shown["strategy"], strict=True):
        drawn = look[strategy]
        upper.plot(dates(curve.begin), curve.value, color=drawn.colour, linestyle=drawn.dash)
        keys.append(line_key(name, drawn))
    if oracle is not None:
        (line,) = upper.plot(dates(oracle.begin), oracle.value, color=INK, linewidth=1.1, alpha=0.55, label="oracle")
        keys.append(line)
    upper.set_title(metric_in_words(str(shown["metric"].iloc[0])), pad=24 if results.streams[stream].drifts else 6)
    _drifts(results, stream, upper)
    _ticks(results, shown, lower)
    legend_below(figure, keys, 3)


def _drifts(results: Results, stream: str, axes: Any) -> None:
    """Planted changes: a line where one begins, a band as long as it lasts."""
    from freshmark_reports.figure import MUTED  # noqa: PLC0415

    first, last = int(results.streams[stream].edges[0]), int(results.streams[stream].edges[-1])
    before, level = first - last, 0
    for drift in results.streams[stream].drifts:
        begin, end = int(drift["begin"]), int(drift["end"])
        if end < first or begin >= last:
            continue
        begin, end = max(begin, first), min(end, last)
        level = (level + 1) % 2 if (begin - before) / (last - first) < CROWDED else 0
        before = begin
        axes.axvline(dates([begin])[0], color=MUTED, linewidth=1, linestyle=(0, (2, 2)))
        if end > begin:
            axes.axvspan(*dates([begin, end]), color=MUTED, alpha=0.12, linewidth=0)
        axes.annotate(
            str(drift["kind"]),
            (dates([begin])[0], 1),
            (0, 2 + 11 * level),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            color=MUTED,
            fontsize=9.5,
        )


def _ticks(results: Results, shown: pd.DataFrame, axes: Any) -> None:
    from freshmark_reports.palette import looks  # noqa: PLC0415

    look = looks(results)
    for place, (_, row) in enumerate(shown.iterrows()):
        made = results.table(keys_of(results, row)[0], "updates")
        live = made["live"][~made["fit"].astype(np.bool_)]
        if len(live):
            few = live[np.unique(np.linspace(0, len(live) - 1, MOST_TICKS).astype(np.int64))]
            axes.plot(dates(few), np.full(len(few), -place), "|", color=look[row["strategy"]].colour, markersize=7)
    axes.set_ylim(-len(shown) + 0.4, 0.6)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.set_title("updates", fontsize=10)
