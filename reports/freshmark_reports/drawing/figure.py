"""A chart as parts of the page: an SVG in the colours of the page, its legend, and the positions of its rows."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from freshmark import Chart
from freshmark.reporting import CHART_HEIGHT, CHART_WIDTH, WIDE_CHART_WIDTH, chart_theme
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import Formatter, LogFormatter

from freshmark_reports.drawing.legend import Key, keys_of
from freshmark_reports.drawing.marks import across_of, attributes_of
from freshmark_reports.drawing.svg import GRID, INK, MUTED, PAPER, element_of
from freshmark_reports.entries import visible

__all__ = ["GRID", "INK", "MUTED", "PAPER", "Drawn", "drawn", "page_style", "svg_of"]

_PAGE: dict[Any, Any] = chart_theme() | {
    "svg.fonttype": "none",
    "svg.hashsalt": "freshmark",
    "figure.facecolor": "none",
    "figure.edgecolor": PAPER,
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": GRID,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "grid.color": GRID,
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart for a page.

    svg: the element
    keys: its legend, written by the page so that it wraps and is clickable
    across: x position of each row of its table, where they share an axis
    """

    svg: str
    keys: tuple[Key, ...]
    across: str


@contextmanager
def page_style() -> Iterator[None]:
    """Matplotlib settings of the page; those of the user are restored afterwards."""
    with rc_context(rc=_PAGE), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the browser draws glyphs that DejaVu lacks
        yield


def drawn(chart: Chart, prefix: str) -> Drawn:
    """The chart, drawn; the same chart gives the same bytes.

    ``prefix`` begins every id and is unique within the page.
    """
    with page_style():
        figure = _figure(chart.draw, wide=chart.wide, height=chart.height)
        keys = keys_of(figure)
        return Drawn(_svg(figure, chart.finding, prefix), keys, across_of(figure, chart.table))


def svg_of(draw: Callable[[Any], None], finding: str, *, prefix: str, wide: bool = False, height: float = 1.0) -> str:
    """The drawing, legend included, as an ``<svg>`` element; the same drawing gives the same bytes.

    Args:
        draw: draws into the given empty Figure.
        finding: text for screen readers.
        prefix: begins every id; unique within the page.
        wide: whether the figure takes the full width.
        height: a multiple of the default height.
    """
    with page_style():
        return _svg(_figure(draw, wide=wide, height=height), finding, prefix)


def _figure(draw: Callable[[Any], None], *, wide: bool, height: float) -> Figure:
    figure = Figure(figsize=(WIDE_CHART_WIDTH if wide else CHART_WIDTH, CHART_HEIGHT * height))
    FigureCanvasSVG(figure)
    draw(figure)
    return figure


def _svg(figure: Figure, finding: str, prefix: str) -> str:
    _plain_text(figure)
    marks = attributes_of(figure)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return element_of(buffer.getvalue(), finding, prefix, marks)


class _PlainPowers(Formatter):
    """Labels the same ticks as a log formatter, without mathematics: 100 for 10²."""

    def __init__(self, formatter: LogFormatter) -> None:
        self.formatter = formatter

    def set_locs(self, locs: Any) -> None:
        self.formatter.set_locs(locs)

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"{x:g}" if self.formatter(x, pos) else ""


def _plain_text(figure: Figure) -> None:
    """No text is parsed as mathematics, and none contains characters that are invalid in XML or invisible."""
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        major, minor = axis.get_major_formatter(), axis.get_minor_formatter()
        if isinstance(major, LogFormatter):
            axis.set_major_formatter(_PlainPowers(major))
        if isinstance(minor, LogFormatter):
            axis.set_minor_formatter(_PlainPowers(minor))
    for text in figure.findobj(Text):
        if isinstance(text, Text):
            text.set_parse_math(False)
            text.set_text(visible(text.get_text()))
