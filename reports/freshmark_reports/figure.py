"""A matplotlib figure as SVG that belongs to the page: real text, its colours, no id of another figure."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree as ET

from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import Formatter, LogFormatter

from freshmark_reports.entries import visible

INK, MUTED, GRID, PAPER = "#010203", "#040506", "#070809", "#0a0b0c"
"""Sentinels: what is drawn in them takes the colours of the page, light or dark."""

WIDTH, WIDE, HEIGHT = 6.2, 12.4, 4.0  # inches of 72 px
_COLOURS = {INK: "currentColor", MUTED: "var(--muted)", GRID: "var(--line)", PAPER: "var(--paper)"}
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "freshmark",
    "text.parse_math": False,  # a strategy may be called $\frac$
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.labelsize": 11,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": GRID,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 6,
    "axes.unicode_minus": True,
    "figure.constrained_layout.use": True,
}


@contextmanager
def page_style() -> Iterator[None]:
    """Matplotlib as the page wants it, whatever the user's settings are; theirs come back."""
    with rc_context(rc=STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a glyph that DejaVu lacks is the browser's to draw
        yield


def svg_of(draw: Callable[[Any], None], finding: str, *, prefix: str, wide: bool = False, height: float = 1.0) -> str:
    """What ``draw`` draws, as an ``<svg>`` element; the same drawing gives the same bytes.

    Args:
        draw: draws into the empty Figure that it is given.
        finding: what a screen reader says.
        prefix: of every id, unlike that of any other figure of the page.
        wide: whether the figure takes the whole width.
        height: in units of the usual height.
    """
    with page_style():
        figure = Figure(figsize=(WIDE if wide else WIDTH, HEIGHT * height))
        FigureCanvasSVG(figure)
        draw(figure)
        _plain_text(figure)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _belonging(ET.fromstring(buffer.getvalue()), finding, prefix)  # noqa: S314  (matplotlib just wrote it)


class _PlainPowers(Formatter):
    """Labels the ticks that a formatter of a log axis would, without its mathematics: 100 for 10²."""

    def __init__(self, formatter: LogFormatter) -> None:
        self.formatter = formatter

    def set_locs(self, locs: Any) -> None:
        self.formatter.set_locs(locs)

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"{x:g}" if self.formatter(x, pos) else ""


def _plain_text(figure: Figure) -> None:
    """No text is taken for mathematics, none holds a character that XML or the reader's eye is deceived by."""
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


def _belonging(root: ET.Element, finding: str, prefix: str) -> str:
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        for name, value in list(element.attrib.items()):
            del element.attrib[name]
            element.set("href" if name == _HREF else name, _attribute(name, value, prefix))
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("metadata", "style") or (child.tag == "defs" and len(child) == 0):
                parent.remove(child)
            else:
                child.tail = None
        if parent.tag != "text":
            parent.text = None
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("xmlns", "http://www.w3.org/2000/svg")
    root.set("role", "img")
    root.set("aria-label", visible(finding))
    return ET.tostring(root, encoding="unicode")


def _attribute(name: str, value: str, prefix: str) -> str:
    if name == "id":
        return f"{prefix}-{value}"
    if name == _HREF:
        return value.replace("#", f"#{prefix}-", 1)
    if name == "clip-path":
        return value.replace("url(#", f"url(#{prefix}-")
    if name == "style":
        return _style(value)
    if name in ("d", "x", "y", "width", "height", "points"):
        return _NUMBER.sub(_short, " ".join(value.split()))
    return value


def _short(match: re.Match[str]) -> str:
    return f"{float(match[0]):.1f}".removesuffix(".0")


def _style(value: str) -> str:
    kept = []
    for part in value.split(";"):
        name, _, content = (piece.strip() for piece in part.partition(":"))
        if name == "font":  # the family is the page's; its size and weight stay
            words = content.split("'")[0].split()
            kept.append(f"font-size:{words[-1]}")
            kept += [f"font-weight:{word}" for word in words[:-1] if word in ("bold", "500", "600")]
        elif name in ("fill", "stroke"):
            kept.append(f"{name}:{_COLOURS.get(content, content)}")
        elif name:
            kept.append(f"{name}:{content}")
    return ";".join(kept)
