"""Curves, drawn by seaborn: one per row of the ranking, in the look of its strategy, inside the interval given.

Intervals are computed by ``freshmark.results.statistics`` and given here; seaborn estimates none of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from freshmark import FloatArray, Results
from freshmark.reporting import with_margin
from matplotlib.lines import Line2D

from freshmark_reports.drawing.marks import mark
from freshmark_reports.drawing.palette import Look, line_key, looks, muted, paper

FEW = 8
"""As many curves differ by colour and dashes; more have markers as well."""

MARKERS = 10
"""Markers on a curve of many points."""

APART = 0.1
"""Least distance of two labels at the ends of curves, as a share of the height of the plot."""

LABEL = 26
"""Maximum characters of such a label."""


def curve(
    axes: Any, rows: pd.DataFrame | pd.Series, x: Any, y: FloatArray | pd.Series, look: Look, *,
    label: str, values: Sequence[str] = (), entries: Any = (), margin: Any = None, bars: bool = False, **style: Any,
) -> None:  # fmt: skip
    """One curve; NaN leaves a gap.

    Args:
        axes: drawn into.
        rows: of the ranking, one for each point or one for all.
        x: (points,).
        y: (points,).
        look: colour and dashes.
        label: of its legend entry.
        values: of each point in words; one: of the curve.
        entries: row of the chart's table that each point shows.
        margin: (points,), half the interval: a band, or ``bars``; None: without one.
        bars: whether the intervals are bars.
        style: of the line.
    """
    y = np.asarray(y, np.float64)
    if not np.isfinite(y).any():
        return
    style = {"markersize": 6, "markeredgecolor": paper(), "linestyle": look.dash} | style
    sns.lineplot(x=x, y=y, ax=axes, estimator=None, errorbar=None, sort=False, legend=False, color=look.colour,
                 label=label, **style)  # fmt: skip
    axes.lines[-1].set_data(x, y)  # Seaborn drops NaN and draws across the gap.
    mark(axes.lines[-1], rows, values, entries)
    if margin is None:
        return
    kind: dict[str, Any] = {"color": look.colour, "label": label}
    if bars:
        size = np.nan_to_num(margin)
        mark(axes.vlines(x, y - size, y + size, linewidth=1, alpha=0.6, **kind), rows, values)
    else:
        mark(axes.fill_between(x, y - margin, y + margin, linewidth=0, alpha=0.13, **kind), rows, values)


def curves(
    axes: Any, results: Results, rows: pd.DataFrame, x: Any, values: Mapping[str, FloatArray], *,
    margins: Mapping[str, FloatArray] | None = None, **style: Any,
) -> list[Line2D]:  # fmt: skip
    """A curve for each row that has values; returns the legend's entries.

    Args:
        axes: drawn into.
        results: give the looks.
        rows: of the ranking, one for each curve.
        x: (points,).
        values: label → (points,), in the order of the rows.
        margins: label → (points,), half the interval, of those that have one.
        style: of the lines.
    """
    look, keys = looks(results), []
    for place, ((name, y), (_, row)) in enumerate(zip(values.items(), rows.iterrows(), strict=True)):
        drawn = look[row["strategy"]]
        signs: dict[str, Any] = {"marker": drawn.marker} if len(rows) > FEW else {}
        if signs and len(y) > MARKERS:
            step = len(y) // MARKERS
            signs["markevery"] = (place * step // len(rows), step)
        curve(axes, row, x, y, drawn, label=name, values=[with_margin(row["value"], row["margin"])],
              margin=(margins or {}).get(name), **signs | style)  # fmt: skip
        keys.append(line_key(name, drawn, style.get("marker") or signs.get("marker")))
    return keys


def label_ends(axes: Any, names: Mapping[str, str]) -> None:
    """The names of curves at their right ends, as many as fit; first come, first served.

    names: label of a line → text
    """
    axes.autoscale_view()
    ends = {}
    for line in axes.lines:
        known = np.flatnonzero(np.isfinite(np.asarray(line.get_ydata(), np.float64)))
        if line.get_label() in names and len(known):
            ends[line.get_label()] = float(np.asarray(line.get_ydata())[known[-1]])
    placed: list[float] = []
    for label, y in ends.items():
        height = axes.transAxes.inverted().transform(axes.transData.transform((0, y)))[1]
        if all(abs(height - other) >= APART for other in placed):
            placed.append(height)
            text = names[label] if len(names[label]) <= LABEL else f"{names[label][: LABEL - 1]}…"
            axes.annotate(text, (1, y), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                          va="center", fontsize=9, color=muted(), label=label)  # fmt: skip
