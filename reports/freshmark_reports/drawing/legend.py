"""The legend of a figure, moved out of the drawing: the page writes it, so that it wraps and is clickable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path

from freshmark_reports.drawing.marks import bind
from freshmark_reports.drawing.svg import colour_of

LONG, HIGH = 26.0, 12.0
"""Size of a sample, in px."""

_LETTERS: dict[Any, str] = {
    Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C", Path.CLOSEPOLY: "Z"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of a legend.

    name: in full
    number: of the artists that are hidden and shown with it (``data-key``); None without artists
    line: whether the sample has a line, drawn in ``dash``
    marker: outline of the sample's marker, an SVG path; empty without a marker
    """

    name: str
    number: int | None
    colour: str
    line: bool
    dash: str
    marker: str
    fill: str


def keys_of(figure: Figure) -> tuple[Key, ...]:
    """The entries of the figure's legends, which are removed from it.

    An artist belongs to the entry that has its label.
    """
    keys: list[Key] = []
    for legend in list(figure.legends):
        for handle in legend.legend_handles:
            if isinstance(handle, Line2D):
                name = str(getattr(handle, "freshmark_name", handle.get_label()))
                number = _bind(figure, name, len(keys))
                keys.append(_key(handle, name, number))
        legend.remove()
    return tuple(keys)


def _bind(figure: Figure, name: str, number: int) -> int | None:
    artists = [artist for axes in figure.axes for artist in _artists(axes) if artist.get_label() == name]
    for artist in artists:
        bind(artist, number)
    return number if artists else None


def _artists(axes: Any) -> Iterator[Artist]:
    yield from axes.lines
    yield from axes.collections
    yield from axes.patches
    yield from axes.texts


def _key(handle: Line2D, name: str, number: int | None) -> Key:
    marker = str(handle.get_marker())
    dashes = getattr(handle, "_unscaled_dash_pattern", (0, None))[1]
    return Key(
        name,
        number,
        colour_of(to_hex(handle.get_color())),
        line=handle.get_linestyle() not in ("None", "none", "", " "),
        dash=" ".join(f"{one * handle.get_linewidth():.1f}" for one in dashes or ()),
        marker="" if marker in ("None", "none", "", " ") else outline(marker),
        fill=colour_of(to_hex(handle.get_markerfacecolor())),
    )


def outline(marker: str, size: float = 8.0) -> str:
    """A marker as the ``d`` of an SVG path, centred in a sample."""
    style = MarkerStyle(marker)
    path = style.get_path().transformed(style.get_transform())
    parts = []
    for points, code in path.iter_segments(simplify=False):
        if code == Path.CLOSEPOLY:
            parts.append("Z")
            continue
        at = points.reshape(-1, 2) * (size, -size) + (LONG / 2, HIGH / 2)
        parts.append(_LETTERS[code] + " ".join(f"{value:.1f}".removesuffix(".0") for value in np.ravel(at)))
    return "".join(parts)
