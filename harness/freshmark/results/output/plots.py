"""The charts of the report as matplotlib figures: ``results.plot.over_time()`` in a notebook."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Protocol

from freshmark.contract.section import Chart, Section
from freshmark.errors import UnknownName, UsageError
from freshmark.results.plugins import imported, offered
from freshmark.results.style import CHART_HEIGHT, CHART_STYLE, CHART_WIDTH, WIDE_CHART_WIDTH

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class HasStreams(Protocol):
    """What is plotted: sections are given it as it is."""

    @property
    def streams(self) -> Mapping[str, object]:
        """Name → stream."""


class Plots:
    """One method a section of the report, a plugin's too: ``over_time``, ``schedules``, ``tradeoff`` and so on.

    Each takes ``stream`` (needed where there are several) and ``chart`` (which of the section's charts, 0 the first),
    and gives a matplotlib Figure, drawn by the function that draws it in the report.

    >>> results.plot.schedules().savefig("how-often.pdf")          # doctest: +SKIP
    """

    def __init__(self, results: HasStreams) -> None:
        self._results = results
        self._sections = {name.replace("-", "_"): section for name, section in offered("register_sections").items()}

    def __dir__(self) -> list[str]:
        return sorted(self._sections)

    def __getattr__(self, name: str) -> Callable[..., Figure]:
        if name.startswith("_") or name not in self._sections:
            close = difflib.get_close_matches(name, self._sections, n=1)
            remedy = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(dir(self))}"
            raise AttributeError(f"no section {name!r}; {remedy}")
        return partial(self._figure, name)

    def _figure(self, name: str, stream: str | None = None, *, chart: int = 0) -> Figure:
        """The figure.

        Raises:
            UnknownName: there is no such stream.
            UsageError: several streams and none was named, or the section has no such chart.
        """
        made = imported(self._sections[name])(self._results)
        sections = [made] if isinstance(made, Section) else list(made)
        charts = [part for one in self._among(sections, stream) for part in one.parts if isinstance(part, Chart)]
        if not -len(charts) <= chart < len(charts):
            held = f"it has {len(charts)}" if charts else "these results give it nothing to draw"
            raise UsageError(f"section {name!r} has no chart {chart}", remedy=held)
        return figure_of(charts[chart])

    def _among(self, sections: list[Section], stream: str | None) -> list[Section]:
        streams = self._results.streams
        if stream is not None and stream not in streams:
            raise UnknownName("stream", stream, streams)
        if stream is None and len({one.stream for one in sections if one.stream}) > 1:
            raise UsageError("several streams", remedy=f"name one: {', '.join(streams)}")
        return [one for one in sections if stream is None or one.stream == stream]


def figure_of(chart: Chart) -> Figure:
    """The chart on white paper, its finding as the title."""
    from matplotlib import rc_context  # noqa: PLC0415  (only drawing needs it)
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context(rc=CHART_STYLE):
        figure = Figure(figsize=(WIDE_CHART_WIDTH if chart.wide else CHART_WIDTH, CHART_HEIGHT * chart.height), dpi=100)
        chart.draw(figure)
    return figure
