"""SVG from matplotlib, adapted to the page: unique ids, colours of the page, nothing superfluous."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from freshmark_reports.entries import visible

INK, MUTED, GRID, PAPER = "#010203", "#040506", "#070809", "#0a0b0c"
"""Sentinel colours: replaced by the colours of the page, light or dark."""

_COLOURS = {INK: "currentColor", MUTED: "var(--muted)", GRID: "var(--line)", PAPER: "var(--paper)"}
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"


def colour_of(colour: str) -> str:
    """The colour for the page: sentinels become CSS variables."""
    return _COLOURS.get(colour, colour)


def element_of(content: bytes, finding: str, prefix: str, marks: Mapping[str, Sequence[Mapping[str, str]]]) -> str:
    """The ``<svg>`` element in a file that matplotlib wrote.

    Args:
        content: the file.
        finding: text for screen readers.
        prefix: begins every id.
        marks: gid → attributes of each point of that artist.
    """
    root = ET.fromstring(content)  # noqa: S314  (matplotlib just wrote it)
    referred = set(re.findall(rb"(?:href=\"|url\()#([^\")]+)", content))
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        for name, value in list(element.attrib.items()):
            del element.attrib[name]
            if name == "id" and value in marks:
                _mark(element, marks[value])
            elif name == "id" and value.startswith("xtick_"):
                element.set("data-tick", "")
            elif name != "id" or value.encode() in referred:  # ids on every group would be a tenth of the page
                element.set("href" if name == _HREF else name, _attribute(name, value, prefix))
    _strip(root)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("xmlns", "http://www.w3.org/2000/svg")
    root.set("role", "img")
    root.set("aria-label", visible(finding))
    return ET.tostring(root, encoding="unicode")


def _mark(group: ET.Element, points: Sequence[Mapping[str, str]]) -> None:
    """What all points share is set on the group, the rest on each."""
    shared = {name: value for name, value in points[0].items() if all(one.get(name) == value for one in points)}
    group.attrib |= {name: visible(value) for name, value in shared.items()}
    defined = {id(inner) for defs in group.iter(f"{_SVG}defs") for inner in defs.iter()}
    shapes = [one for one in group.iter() if id(one) not in defined]
    drawn = [one for one in shapes if one.tag == f"{_SVG}use"] or [one for one in shapes if one.tag == f"{_SVG}path"]
    if len(points) == len(drawn):
        for element, own in zip(drawn, points, strict=True):
            element.attrib |= {name: visible(value) for name, value in own.items() if name not in shared}


def _strip(root: ET.Element) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("metadata", "style") or (child.tag == "defs" and len(child) == 0):
                parent.remove(child)
            else:
                child.tail = None
        if parent.tag != "text":
            parent.text = None


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
        if name == "font":  # the family comes from the page; size and weight stay
            words = content.split("'")[0].split()
            kept.append(f"font-size:{words[-1]}")
            kept += [f"font-weight:{word}" for word in words[:-1] if word in ("bold", "500", "600")]
        elif name in ("fill", "stroke"):
            kept.append(f"{name}:{colour_of(content)}")
        elif name:
            kept.append(f"{name}:{content}")
    return ";".join(kept)
