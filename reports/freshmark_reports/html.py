"""One self-contained page: no requests, only its own script, readable without JavaScript."""

from __future__ import annotations

import base64
import hashlib
import os
from collections import Counter
from contextlib import suppress
from functools import lru_cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from freshmark import Chart, Listing, Prose, Section, Table
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from freshmark_reports import entries
from freshmark_reports.chapters import Reported, Sections, chapters
from freshmark_reports.drawing.figure import Drawn, drawn
from freshmark_reports.headline import numbers_of
from freshmark_reports.rows import Rows, runs

SCRIPTS = ("script.js", "charts.js", "zoom.js", "rows.js", "contents.js")
STYLES = ("style.css", "tables.css", "media.css")


def write(results: Reported, path: Path, sections: Sections) -> None:
    """Write the page; ``path`` never holds a half-written one."""
    text = page(results, sections)
    partial = path.with_name(f"{path.name}.part")
    try:
        partial.write_text(text, "utf-8")
        os.replace(partial, path)  # noqa: PTH105  (atomic by contract)
    except OSError:
        with suppress(OSError):
            partial.unlink()
        raise


def page(results: Reported, sections: Sections) -> str:
    """The page as text; the same results give the same bytes."""
    script = "".join(map(_asset, SCRIPTS))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        _environment()
        .get_template("page.html")
        .render(
            chapters=chapters(results, sections),
            heading=results.heading,
            streams=results.streams,
            cells=results.cells,
            style=Markup("".join(map(_asset, STYLES))),  # noqa: S704  (files of this package)
            script=Markup(script),  # noqa: S704  (files of this package)
            digest=digest,
            drawn=_Figures(),
            rows=Rows(results),
            numbers=partial(numbers_of, results),
            identity=_Identities(),
        )
    )


class _Figures:
    """Chart → its drawing, or why it could not be drawn; ids of each figure begin with its number."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, chart: Chart) -> Drawn | str:
        self.count += 1
        try:
            return drawn(chart, f"f{self.count}")
        except Exception as error:  # noqa: BLE001  (a plugin's chart must not cost its numbers, or the rest of the page)
            return f"This chart could not be drawn: {type(error).__name__}: {error}"


def _element(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704  (an element tree, serialised: every text in it is escaped)


def _kind(part: Any) -> str:
    kinds = {Prose: "prose", Listing: "listing", Table: "table", Chart: "chart"}
    return kinds[type(part)]


class _Identities:
    """Section → its id within the page, the same in every report; a second one of the same title gets a number."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}
        self._taken: Counter[str] = Counter()

    def __call__(self, section: Section) -> str:
        if id(section) not in self._known:
            text = f"{section.stream} {section.title}".encode("utf-8", "replace")
            name = f"s-{hashlib.sha256(text).hexdigest()[:8]}"
            self._taken[name] += 1
            self._known[id(section)] = name if self._taken[name] == 1 else f"{name}-{self._taken[name]}"
        return self._known[id(section)]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("freshmark_reports", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: entries.visible(value) if type(value) is str else value,
    )
    environment.filters |= {
        "written": entries.written,
        "exact": entries.exact,
        "texts": entries.texts,
        "breakable": entries.breakable,
        "target": entries.target,
        "kind": _kind,
        "element": _element,
        "runs": runs,
        "notes": entries.notes,
    }
    return environment


def _asset(name: str) -> str:
    return files("freshmark_reports").joinpath("page", name).read_text("utf-8")
