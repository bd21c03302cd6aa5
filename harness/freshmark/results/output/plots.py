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
    """What sections are drawn from."""

    @property
    def streams(self) -> Mapping[str, object]:
        """Name → stream."""


class Plots:
    """One method for each section of the report, plugins' included: ``over_time``, ``schedules``, ``tradeoff``.

    Each takes ``stream`` (required if there are several) and ``chart`` (the index among the section's charts), and
    returns a matplotlib Figure, drawn as in the report.

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
            remedy = f"did you mean {close[0]!r}?" if close else f"available: {', '.join(dir(self))}"
            raise AttributeError(f"no section {name!r}; {remedy}")
        return partial(self._figure, name)

    def _figure(self, name: str, stream: str | None = None, *, chart: int = 0) -> Figure:
        """The figure.

        Raises:
            UnknownName: the stream does not exist.
            UsageError: there are several streams and none is given, or the section has no such chart.
        """
        built = imported(self._sections[name])(self._results)
        sections = self._select([built] if isinstance(built, Section) else list(built), stream)
        charts = [part for section in sections for part in section.parts if isinstance(part, Chart)]
        if not -len(charts) <= chart < len(charts):
            remedy = f"it has {len(charts)}" if charts else "these results contain nothing for it to draw"
            raise UsageError(f"section {name!r} has no chart {chart}", remedy=remedy)
        return figure_of(charts[chart])

    def _select(self, sections: list[Section], stream: str | None) -> list[Section]:
        streams = self._results.streams
        if stream is not None and stream not in streams:
            raise UnknownName("stream", stream, streams)
        if stream is None and len({section.stream for section in sections if section.stream}) > 1:
            raise UsageError("several streams", remedy=f"pass stream=, one of {', '.join(streams)}")
        return [section for section in sections if stream is None or section.stream == stream]


def figure_of(chart: Chart) -> Figure:
    """The chart on a white background."""
    from matplotlib import rc_context  # noqa: PLC0415  (only drawing needs it)
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context(rc=CHART_STYLE):
        figure = Figure(figsize=(WIDE_CHART_WIDTH if chart.wide else CHART_WIDTH, CHART_HEIGHT * chart.height), dpi=100)
        chart.draw(figure)
    return figure
