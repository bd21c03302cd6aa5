"""One look per strategy, the same in every chart of a page; colour is never the only cue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import seaborn as sns
from freshmark import Results
from matplotlib import rcParams
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.lines import Line2D
from matplotlib.ticker import Formatter, FuncFormatter, LogFormatter

LONGEST = 38
"""Maximum characters of a name in a chart; tables show it in full."""

_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.4, 1.4)), (0, (6, 1.5, 1.4, 1.5)))
_MARKERS = "oDs^vPX*<>"
_COLOURS = tuple(sns.color_palette("colorblind").as_hex()[place] for place in (0, 1, 2, 3, 4, 9, 5, 7))
"""Without the two that are hard to see on white: the page is light or dark."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a strategy is drawn."""

    colour: Any
    dash: Any
    marker: str


def looks(results: Results) -> dict[str, Look]:
    """Strategy → its look, in the order of the plan."""
    names = dict.fromkeys(str(name) for name in results.cells["strategy"])
    return {
        name: Look(
            _COLOURS[place % len(_COLOURS)],
            _DASHES[(place + place // len(_COLOURS)) % len(_DASHES)],
            _MARKERS[place % len(_MARKERS)],
        )
        for place, name in enumerate(names)
    }


def markers(names: Iterable[str]) -> dict[str, str]:
    """Name → marker."""
    return {name: _MARKERS[place % len(_MARKERS)] for place, name in enumerate(dict.fromkeys(names))}


def short(name: str) -> str:
    """A name that fits into a chart: shortened in the middle."""
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST - 13]}…{name[-12:]}"


def ink() -> str:
    """The colour of text, on the page or in a notebook."""
    return str(rcParams["text.color"])


def muted() -> str:
    """The colour of secondary text."""
    return str(rcParams["axes.labelcolor"])


def paper() -> str:
    """The background colour."""
    return str(rcParams["figure.edgecolor"])


def shades() -> ListedColormap:
    """Text colour from transparent to strong: one colour, so that the page can replace it in its dark theme."""
    return ListedColormap([(*to_rgb(ink()), 0.55 * step / 255) for step in range(256)])


def _written_out(value: float) -> str:
    return f"{value:,g}"


def plain_log(axis: Any, words: Callable[[float], str] = _written_out) -> None:
    """A log axis with plain numbers: 100 for 10², or formatted by ``words``."""
    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    axis.set_major_formatter(FuncFormatter(lambda value, _: words(value)))
    axis.set_minor_formatter(_Between(words))


class _Between(Formatter):
    """Labels ticks between the powers of ten if there are too few powers to read the axis."""

    def __init__(self, words: Callable[[float], str]) -> None:
        self._chosen = LogFormatter(labelOnlyBase=False)
        self._words = words

    def set_axis(self, axis: Any) -> None:
        super().set_axis(axis)
        self._chosen.set_axis(axis)

    def set_locs(self, locs: Any) -> None:
        self._chosen.set_locs(locs)

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self._words(x) if self._chosen(x, pos) else ""


def line_key(name: str, look: Look, marker: str | None = None) -> Line2D:
    """A legend entry: a line. It belongs to every artist with its label."""
    return Line2D([], [], color=look.colour, linestyle=look.dash, label=name, marker=marker)


def marker_key(name: str, marker: str) -> Line2D:
    """A legend entry: a marker."""
    return Line2D([], [], color=ink(), marker=marker, linestyle="none", markerfacecolor=paper(), label=name)


def legend_below(figure: Any, keys: Sequence[Line2D], columns: int) -> None:
    """The legend below the plot; a page moves it out of the drawing and writes it in full."""
    names = [str(key.get_label()) for key in keys]
    # Matplotlib skips labels that begin with an underscore, and a plugin may have such a name.
    labels = [f" {short(text)}" if text.startswith("_") else short(text) for text in names]
    legend = figure.legend(
        list(keys), labels, loc="outside lower left", ncols=columns, handlelength=2.2, columnspacing=1.4
    )
    for handle, name in zip(legend.legend_handles, names, strict=True):
        handle.freshmark_name = name
