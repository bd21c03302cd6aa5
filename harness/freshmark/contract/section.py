"""Section: a part of a report, as data. No part takes HTML, so that no name, log or error text can become any.

A section function gets the Results and gives one Section, or several (one a stream)::

    def busiest(results):
        return Section("Busiest windows", (Prose("…"), Table((Column("window"), Column("events", "count")), rows)))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan, nan
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from freshmark.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

Kind: TypeAlias = Literal["text", "number", "count", "share", "seconds", "bytes"]
"""What a column holds; the writer of a report knows how each is written, aligned and sorted."""


@dataclass(frozen=True, slots=True)
class Value:
    """A number with its ± margin, and a note on why it is missing or how to read it."""

    value: float
    margin: float = nan
    note: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A text that links to a file in the folder of the report; ``target`` is a relative path, as a URL writes it."""

    text: str
    target: str


Entry: TypeAlias = str | int | float | Value | Link | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its header, its kind, and a sentence that explains it.

    group: a header above its own and those of neighbours with the same group, ``Update time`` above ``p50`` and ``p99``

    Raises:
        UsageError: no such kind exists.
    """

    name: str
    kind: Kind = "text"
    about: str = ""
    group: str = ""

    @property
    def label(self) -> str:
        """The header where it stands alone: ``Update time p99``."""
        return f"{self.group} {self.name}".strip()

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise UsageError(
                f"column {self.name!r} cannot have kind={self.kind!r}",
                remedy=f"one of {', '.join(get_args(Kind))}",
                code="FM307",
            )


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; ``marked`` rows stand out.

    open: whether it is unfolded at first; None: unfolded on its own, folded behind a chart

    Raises:
        UsageError: a row does not have one entry per column.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Entry, ...], ...]
    caption: str = ""
    marked: frozenset[int] = frozenset()
    open: bool | None = None

    def __post_init__(self) -> None:
        # Checked here, so that the error is raised in the section function that built the table.
        for index, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise UsageError(
                    f"row {index} of the table {self.caption!r} has {len(row)} entries for {len(self.columns)} columns",
                    remedy="one entry per column",
                    code="FM307",
                )

    def frame(self) -> pd.DataFrame:
        """The table as a frame: numbers as numbers (None: NaN), links as their text; ``NAME ±`` holds the margins."""
        import pandas as pd  # noqa: PLC0415  (a plugin that offers a section must not pay for it)

        names, made = [], []
        for place, column in enumerate(self.columns):
            entries = [row[place] for row in self.rows]
            names.append(column.label)
            made.append([_plain(entry) for entry in entries])
            margins = [entry.margin if isinstance(entry, Value) else nan for entry in entries]
            if not all(map(isnan, margins)):
                names.append(f"{column.label} ±")
                made.append(margins)
        return pd.DataFrame(dict(enumerate(made))).set_axis(names, axis=1)


def _plain(entry: Entry) -> Any:
    if isinstance(entry, Value):
        return entry.value
    return entry.text if isinstance(entry, Link) else entry


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Verbatim text in fixed width: a command, the end of a log."""

    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart.

    draw: draws into the given empty matplotlib Figure; text is taken verbatim, ``$`` included
    finding: one sentence from the data that says what the chart shows: its caption, and its text for screen readers
    table: the numbers behind it
    wide: whether it takes the full width of the page
    height: a multiple of the default height
    """

    draw: Callable[[Any], None]
    finding: str
    table: Table
    wide: bool = False
    height: float = 1.0

    @property
    def data(self) -> pd.DataFrame:
        """What it shows, as a frame: the columns and rows of its table; a margin has a column ``NAME ±`` of its own."""
        return self.table.frame()


LAST = 2000
"""The order of a section that does not say where it stands: after the built-in ones."""

Part: TypeAlias = Prose | Listing | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a report; one without parts is left out.

    stream: the stream that it is about; empty if it is about all
    lead: whether it stands next to the verdict
    order: where it stands, lowest first: built-in sections have 100 (ranking) to 1600 (provenance); since contract 1
    """

    title: str
    parts: tuple[Part, ...]
    stream: str = ""
    lead: bool = False
    order: int = LAST
