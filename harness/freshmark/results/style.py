"""Chart sizes and the matplotlib style that reports and notebooks share."""

from __future__ import annotations

from typing import Any

CHART_WIDTH = 6.2
"""Inches; half a page."""
WIDE_CHART_WIDTH = 2 * CHART_WIDTH
"""Inches; the whole page width."""
CHART_HEIGHT = 3.7
"""Inches."""

PAPER, INK, MUTED, LINE = "#ffffff", "#1c2126", "#59626c", "#e2e4e1"

CHART_STYLE: dict[Any, Any] = {
    "text.parse_math": False,  # expressions may contain $
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.labelsize": 10,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "figure.dpi": 72,
    "figure.facecolor": PAPER,
    "figure.edgecolor": PAPER,  # not drawn; tells a chart the paper colour where facecolor is transparent
    "axes.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": LINE,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "ytick.left": False,
    "xtick.bottom": False,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 6,
    "figure.constrained_layout.use": True,
}
"""rcParams over seaborn's ``whitegrid``: sizes, and colours on white paper; a report has its own colours."""


def chart_theme() -> dict[Any, Any]:
    """The rcParams of every chart: seaborn's ``whitegrid`` and ``notebook`` context, with ``CHART_STYLE`` over them."""
    import seaborn as sns  # noqa: PLC0415  (seconds that only drawing needs)

    return {**sns.axes_style("whitegrid"), **sns.plotting_context("notebook"), **CHART_STYLE}
