"""Marks: what the page can read of every element of a chart. Its scripts rely on these attributes.

==================  ====================================================================================
``data-row``        id of the row of the ranking, as ``row_id`` gives it
``data-strategy``   its strategy
``data-every``      its schedule
``data-stream``     its stream
``data-value``      what a point shows, in words; of a curve the value of its row
``data-entry``      index of the row of the chart's table ("Numbers") that a point shows
``data-key``        number of the legend entry that it belongs to
``data-tick``       a tick of the x axis
``data-moment``     a text that stands at a place of the x axis
==================  ====================================================================================

Attributes shared by all points of an artist (a line, a band, error bars) are on the artist's ``<g>``; those that
differ are on each point inside. So ``[data-row="r-1a2b3c4d"]`` selects whatever shows one row, in every chart, and
``[data-strategy=…]`` the strategy's line through several schedules as well. ``data-across`` on the element around the
drawing holds the x position of each row of the table, where the rows share an axis.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from freshmark import BoolArray, FloatArray, Table
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

ROWS = "rows="
"""Prefix of the gid of a line whose points are rows of the chart's table: ``rows=0,4,8``; for charts of plugins."""

IDENTITY = ("stream", "strategy", "every", "delay")
"""Columns that name a row of the ranking."""

Attributes: TypeAlias = Mapping[str, str]


def row_id(row: Mapping[Any, Any] | pd.Series) -> str:
    """The id of a row of the ranking: ``r-`` and eight hexadecimal digits; the same in every chart of every report.

    row: has ``stream``, ``strategy``, ``every`` and ``delay``
    """
    text = "\0".join(str(row[name]) for name in IDENTITY)
    return f"r-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:8]}"


def mark(
    artist: Any, rows: pd.DataFrame | pd.Series, values: Sequence[str] = (), entries: Sequence[int] | Any = ()
) -> None:
    """Say which rows of the ranking an artist shows.

    Args:
        artist: a line or a collection.
        rows: one row for each of its points, or one row for all.
        values: of each point, in words; one: of the whole.
        entries: row of the chart's table that each point shows.
    """
    named = rows.to_frame().T if isinstance(rows, pd.Series) else rows
    found = [
        {"data-row": row_id(row), **{f"data-{name}": str(row[name]) for name in ("strategy", "every", "stream")}}
        for row in named.to_dict("records")
    ]
    points = max(len(found), len(values), len(entries))
    if len(found) == 1:
        found = [dict(found[0]) for _ in range(points)]
    for name, given in (("data-value", values), ("data-entry", entries)):
        for one, text in zip(found, given, strict=False):
            one[name] = str(text)
    artist.freshmark_marks = found


def at_moment(text: Any) -> None:
    """The text stands at a place of the x axis, and moves with it when time is zoomed."""
    text.freshmark_marks = [{"data-moment": ""}]


def bind(artist: Any, number: int) -> None:
    """The artist belongs to this entry of the legend."""
    artist.freshmark_key = str(number)


def attributes_of(figure: Figure) -> dict[str, list[Attributes]]:
    """Gid, which this sets → attributes of each point that is drawn; the figure has been laid out."""
    found: dict[str, list[Attributes]] = {}
    for artist in figure.findobj(Artist):
        points = _points(artist)
        if points:
            gid = f"mark-{len(found)}"
            artist.set_gid(gid)
            found[gid] = points
    return found


def _points(artist: Any) -> list[Attributes]:
    marks = getattr(artist, "freshmark_marks", [])
    _, given, rows = f"{artist.get_gid() or ''}".rpartition(ROWS)
    if given and rows and not marks:
        marks = [{"data-entry": row} for row in rows.split(",")]
    key = getattr(artist, "freshmark_key", None)
    if isinstance(artist, Line2D) and len(marks) > 1:
        marks = [one for one, drawn in zip(marks, _drawn(artist), strict=True) if drawn]
    if key is None:
        return list(marks)
    return [{"data-key": key, **one} for one in marks or [{}]]


def _drawn(line: Line2D) -> BoolArray:
    """Which points matplotlib writes: finite, and inside the figure."""
    places, figure = _places(line), line.axes.figure.bbox.size if line.axes else np.inf
    with np.errstate(invalid="ignore"):
        return np.asarray(((places >= 0) & (places <= figure)).all(axis=1))


def _places(line: Line2D) -> FloatArray:
    """(points, 2): in px of the figure, y upwards."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(line.get_transform().transform(np.asarray(line.get_xydata(), np.float64)), np.float64)


def across_of(figure: Figure, table: Table) -> str:
    """The x position of each row of the table, "x x x …"; empty where no line has a point per row.

    Such a line has the header of a column as its label.
    """
    heads = {column.name for column in table.columns[1:]}
    for line in (line for axes in figure.axes for line in axes.lines):
        if line.get_label() in heads and len(np.asarray(line.get_xdata())) == len(table.rows) > 1:
            return " ".join(f"{x:.0f}" for x in _places(line)[:, 0] * 72 / figure.dpi)
    return ""
