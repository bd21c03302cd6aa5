"""The charts of the report in a notebook: ``results.plot.over_time()``, ``results.plot.schedules(ax=axes)``."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Protocol

from freshmark.contract.section import Chart, Section
from freshmark.errors import UnknownName, UsageError
from freshmark.results.plugins import imported, offered
from freshmark.results.style import CHART_HEIGHT, CHART_WIDTH, WIDE_CHART_WIDTH, chart_theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class HasStreams(Protocol):
    """What sections are drawn from."""

    @property
    def streams(self) -> Mapping[str, object]:
        """Name → stream."""


class Plots:
    """One method for each section of the report that has charts, plugins' included: ``over_time``, ``schedules``.

    Each draws as the report does, and returns the Axes, the first one of a chart with several panels:

    stream: required if there are several
    chart: index among the section's charts
    ax: drawn into; the panels of one chart share its place. None: a new figure

    ``dir(results.plot)`` and tab completion offer what these results have data for; ``results.plot.schedules.data()``
    gives the numbers of the chart as a DataFrame.

    >>> results.plot.schedules().figure.savefig("how-often.pdf")          # doctest: +SKIP
    >>> figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4))       # doctest: +SKIP
    >>> results.plot.tradeoff(ax=left), results.plot.latency(ax=right)    # doctest: +SKIP
    """

    def __init__(self, results: HasStreams) -> None:
        self._results = results
        self._sections = {name.replace("-", "_"): section for name, section in offered("register_sections").items()}
        self._built: dict[str, list[Section]] = {}

    def __dir__(self) -> list[str]:
        return self._drawable

    def __getattr__(self, name: str) -> Plot:
        if name.startswith("_") or name not in self._sections:
            close = difflib.get_close_matches(name, self._sections, n=1)
            remedy = f"did you mean {close[0]!r}?" if close else f"available: {', '.join(dir(self))}"
            raise AttributeError(f"no section {name!r}; {remedy}")
        return Plot(name, partial(self._chart, name))

    @cached_property
    def _drawable(self) -> list[str]:
        """Sections with a chart; one that fails is offered as well, and raises when it is called."""
        found = []
        for name in sorted(self._sections):
            try:
                sections = self._of(name)
            except Exception:  # noqa: BLE001  (completion must not fail because of one plugin)
                found.append(name)
            else:
                found += [name] if any(isinstance(part, Chart) for one in sections for part in one.parts) else []
        return found

    def _of(self, name: str) -> list[Section]:
        if name not in self._built:
            built = imported(self._sections[name])(self._results)
            self._built[name] = [built] if isinstance(built, Section) else list(built)
        return self._built[name]

    def _chart(self, name: str, stream: str | None, chart: int) -> Chart:
        charts = [part for one in self._select(self._of(name), stream) for part in one.parts if isinstance(part, Chart)]
        if not -len(charts) <= chart < len(charts):
            remedy = f"it has {len(charts)}" if charts else "these results contain nothing for it to draw"
            raise UsageError(f"section {name!r} has no chart {chart}", remedy=remedy)
        return charts[chart]

    def _select(self, sections: list[Section], stream: str | None) -> list[Section]:
        streams = self._results.streams
        if stream is not None and stream not in streams:
            raise UnknownName("stream", stream, streams)
        if stream is None and len({section.stream for section in sections if section.stream}) > 1:
            raise UsageError("several streams", remedy=f"pass stream=, one of {', '.join(streams)}")
        return [section for section in sections if stream is None or section.stream == stream]


class Plot:
    """The charts of one section; see ``Plots``."""

    def __init__(self, name: str, chart: Callable[[str | None, int], Chart]) -> None:
        self._chart = chart
        self.__name__ = name

    def __repr__(self) -> str:
        return f"<results.plot.{self.__name__}(stream=None, *, chart=0, ax=None)>"

    def __call__(self, stream: str | None = None, *, chart: int = 0, ax: Axes | None = None) -> Axes:
        """Draw the chart; returns its Axes.

        Raises:
            UnknownName: the stream does not exist.
            UsageError: there are several streams and none is given, or the section has no such chart.
        """
        return axes_of(self._chart(stream, chart), ax)

    def data(self, stream: str | None = None, *, chart: int = 0) -> Any:
        """The numbers of the chart, as a DataFrame; raises as drawing does."""
        return self._chart(stream, chart).data


def axes_of(chart: Chart, ax: Axes | None = None) -> Axes:
    """The chart on white, in a new figure or in the place of ``ax``; returns its first Axes."""
    import matplotlib.pyplot as plt  # noqa: PLC0415  (only drawing needs it)

    with plt.rc_context(rc=chart_theme()):
        if ax is not None:
            place = Place(ax)
            chart.draw(place)
            return ax
        width = WIDE_CHART_WIDTH if chart.wide else CHART_WIDTH
        figure = plt.figure(figsize=(width, CHART_HEIGHT * chart.height), dpi=100)
        chart.draw(figure)
        return figure.axes[0]


class Place:
    """An Axes as the figure that a chart is drawn into: its panels divide the place of the Axes, which is the first."""

    def __init__(self, ax: Axes) -> None:
        self._ax = ax
        self._lowest = 0
        self.axes = [ax]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ax.figure, name)

    def subplots(self, nrows: int = 1, ncols: int = 1, **options: Any) -> Any:
        """The Axes alone, or an array of panels of which it is the first; as ``Figure.subplots``, squeezed."""
        import numpy as np  # noqa: PLC0415  (as above)

        if nrows == ncols == 1:
            return self._ax
        ratios = {name: options[name] for name in ("height_ratios", "width_ratios") if name in options}
        where = self._ax.get_subplotspec()
        if where is None:
            raise UsageError("ax is not one of plt.subplots, and the chart has several panels", remedy="plt.subplots()")
        grid = where.subgridspec(nrows, ncols, **ratios)
        shared = {side: self._ax for side in ("sharex", "sharey") if options.get(side)}
        self._ax.set_subplotspec(grid[0])
        self._lowest = (nrows - 1) * ncols
        self.axes += [self._ax.figure.add_subplot(grid[one], **shared) for one in range(1, nrows * ncols)]
        return np.squeeze(np.array(self.axes, object).reshape(nrows, ncols))

    def add_subplot(self, *_: Any, **__: Any) -> Axes:
        """The Axes."""
        return self._ax

    def legend(self, *handles: Any, **options: Any) -> Any:
        """The legend, below the panels."""
        below = {"loc": "upper left", "bbox_to_anchor": (0, -0.18)}
        if not handles:  # as a figure does: those of all panels
            found = [one for axes in self.axes for one in zip(*axes.get_legend_handles_labels(), strict=True)]
            handles = tuple(zip(*found, strict=True))
        return self.axes[self._lowest].legend(*handles, **options | below)
