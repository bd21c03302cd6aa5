"""Staleness: what an answer is worth by the age of the knowledge it is given with, and the half-life of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, Results, Section, Table
from freshmark.reporting import format_number, half_lives_of, metric_label, row_label

from freshmark_reports import drawing
from freshmark_reports.choice import MOST_LINES, rows_of
from freshmark_reports.periods import period_label, unit_of

HOW = {
    "matrix": "Read from the matrix: at every age the same kind of events, with what the run itself gave on them.",
    "age": "Read from the ages of the answers: each age covers different events, so a difficult hour "
    "can look like stale knowledge. No half-life is stated; --matrix 8 compares ages on the same events.",
}


def section(results: Results) -> Sequence[Section]:
    """One chart for each stream of which something was updated and answered at several ages."""
    curves = results.staleness()
    found = []
    for stream in results.streams:
        shown = _shown(rows_of(results, stream), curves[curves["stream"] == stream])
        if len(shown):
            found.append(
                Section("How knowledge ages", (_chart(results, shown, _flat(results, stream)),), stream, order=600)
            )
    return found


def _shown(rows: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    """Of each strategy the best schedule that has a curve with two ages or more; best strategy first."""
    curves = curves[curves["every"] != "never"]
    parts: list[pd.DataFrame] = []
    names: set[str] = set()
    for _, row in rows.iterrows():
        if row["strategy"] in names or len(parts) == MOST_LINES:
            continue
        same = (curves["strategy"] == row["strategy"]) & (curves["every"] == row["every"])
        one = curves[same & (curves["delay"] == row["delay"])]
        if len(one) > 1:
            names.add(row["strategy"])
            parts.append(one.assign(name=row_label(row["strategy"], row["every"], row["delay"])))
    return pd.concat(parts, ignore_index=True) if parts else curves.head(0)


def _flat(results: Results, stream: str) -> dict[str, float]:
    """Strategy → seconds between the updates of the slowest schedule that is shown to be good enough."""
    curves = results.curves()
    flat = curves[(curves["stream"] == stream) & curves["flat"]]
    return {str(name): float(own["interval_seconds"].max()) for name, own in flat.groupby("strategy")}


def _chart(results: Results, shown: pd.DataFrame, flat: Mapping[str, float]) -> Chart:
    metric = metric_label(str(shown["metric"].iloc[0]))
    table = Table(
        (
            Column("Strategy"),
            Column("Age", "seconds", "of the knowledge, mean over the events"),
            Column(metric, "number", "with knowledge of that age"),
            Column("Fresh", "number", "of the run itself on the same events; of the youngest group without a matrix"),
            Column("Gain left", "number", "gain over the model never updated ÷ that of the run itself; can be above 1"),
            Column("Events", "count"),
        ),
        tuple(
            (row["name"], row["age_seconds"], row["value"], row["fresh"], row["retained"], int(row["events"]))
            for _, row in shown.iterrows()
        ),
        f"{metric} by age of knowledge",
    )
    return Chart(partial(_draw, results, shown), _finding(shown, flat), table, wide=True)


def _finding(shown: pd.DataFrame, flat: Mapping[str, float]) -> str:
    """The half-life, where ages were compared on the same events, and no slower schedule is as good."""
    lives = half_lives_of(shown).set_index("strategy")
    name, strategy = shown["name"].iloc[0], shown["strategy"].iloc[0]
    half, longest = lives.loc[strategy, "half_life_seconds"], lives.loc[strategy, "longest_seconds"]
    source = str(shown["source"].iloc[0])
    how = HOW[source]
    if source != "matrix":
        return f"{name} by the age of its knowledge. {how}"
    if np.isnan(half):
        return f"What {name} gains by updating is not positive, so it has no half-life. {how}"
    if half < flat.get(strategy, 0.0) / 2:  # a schedule answers at half its interval on average
        return f"{name} is as good at a schedule whose knowledge is older: what ages costs little here. {how}"
    if np.isinf(half):
        return f"After {period_label(longest)} more than half of what {name} gains by updating is left. {how}"
    text = f"Half of what {name} gains by updating is gone after {period_label(half)}"
    stated = lives["half_life_seconds"] >= [flat.get(str(name), 0.0) / 2 for name in lives.index]
    known = lives[np.isfinite(lives["half_life_seconds"]) & stated]
    if len(known) > 1:
        first, last = known["half_life_seconds"].idxmin(), known["half_life_seconds"].idxmax()
        text += (
            f"; it lasts longest with {last} ({period_label(known.loc[last, 'half_life_seconds'])}) and shortest with "
            f"{first} ({period_label(known.loc[first, 'half_life_seconds'])})"
        )
    return f"{text}. {how}"


def _draw(results: Results, shown: pd.DataFrame, figure: Any) -> None:
    panels = figure.subplots(1, 2, sharex=True)
    look, keys = drawing.looks(results), []
    size, unit = unit_of(float(shown["age_seconds"].max()))
    for name, one in shown.groupby("name", sort=False):
        drawn = look[str(one["strategy"].iloc[0])]
        for axes, y in zip(panels, (one["value"], one["retained"]), strict=True):
            drawing.curve(axes, one, one["age_seconds"] / size, y, drawn, label=str(name), entries=one.index,
                          values=list(map(format_number, y)), marker=drawn.marker)  # fmt: skip
        keys.append(drawing.line_key(str(name), drawn, drawn.marker))
    panels[1].axhline(0.5, color=drawing.muted(), linewidth=1, linestyle=(0, (2, 2)))
    panels[0].set_title(metric_label(str(shown["metric"].iloc[0])))
    panels[1].set_title("Gain left ÷ gain when fresh; half at the line")
    for axes in panels:
        axes.set(xlabel=f"age of the knowledge, {unit}", ylabel="")
        axes.set_xlim(left=0)
    drawing.legend_below(figure, keys, 3)
