"""Positions of table rows within a chart, for hover values. The numbers themselves are in the table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from freshmark import Table
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from freshmark_reports.drawing.svg import ROWS


@dataclass(frozen=True, slots=True)
class Pointing:
    """Positions in units of the drawing.

    marks: "x,y,row x,y,row …": points, one per row
    across: "x x x …": one per row, if rows share an x axis; empty otherwise
    """

    marks: str = ""
    across: str = ""


def rows_gid(rows: object) -> str:
    """The gid of a line (or marker) whose points are these rows of the chart's table."""
    return ROWS + ",".join(str(int(row)) for row in np.atleast_1d(np.asarray(rows)))


def pointing_of(figure: Figure, table: Table) -> Pointing:
    """The positions in a figure that has been laid out.

    The points of a line with a gid of ``rows_gid`` are rows. Otherwise a line whose label is a column header, with one
    point per row, gives the x position of each row.
    """
    heads = {column.name for column in table.columns[1:]}
    marks: list[str] = []
    across = ""
    for line in (line for axes in figure.axes for line in axes.lines):
        _, has_rows, rows = f"{line.get_gid() or ''}".rpartition(ROWS)
        if has_rows:
            places = zip(_places(figure, line), rows.split(",") if rows else [], strict=True)
            marks += [f"{x:.0f},{y:.0f},{row}" for (x, y), row in places if np.isfinite(y)]
        elif not across and line.get_label() in heads and len(np.asarray(line.get_xdata())) == len(table.rows) > 1:
            across = " ".join(f"{x:.0f}" for x, _ in _places(figure, line))
    return Pointing(" ".join(marks), "" if marks else across)


def _places(figure: Figure, line: Line2D) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """(points, 2): in px of 72 to the inch, y downwards."""
    data = np.asarray(line.get_xydata(), np.float64)
    with np.errstate(invalid="ignore"):
        places = line.get_transform().transform(data) * 72 / figure.dpi
    return np.column_stack([places[:, 0], figure.get_figheight() * 72 - places[:, 1]])
