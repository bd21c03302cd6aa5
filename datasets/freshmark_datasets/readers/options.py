"""Options of a log. This module is light: the key of a stream is made of its options before anything is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from freshmark import Owner, Task

Column: TypeAlias = str | int | None

ROW = "row"
"""The unit of a log without times: its rows are a second apart, in the order of the file."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a log is read; None where it is to be detected. The names are part of every key: do not rename them.

    user, item, time, label: names or indexes of columns
    unit: of time; ``row`` where there is none; a pattern such as ``%d/%m/%Y`` where dates are not ISO
    positive: the lowest label that makes an event
    repeats: whether users come back to items
    task: of the stream
    sep, header: of the text
    skip_bad: whether invalid rows are left out and counted, instead of refused
    ids: which of ``user`` and ``item`` an event has; both where it is None, neither for ``classify``
    offset: a column of milliseconds to be added to the time
    numbers, words: columns that become the features ``numbers`` (float32) and ``words`` (int32, hashed)
    context, of_user, of_item: which of these columns belong to the request, its user, or the item. On a rank stream the
        others belong to the item
    log: whether numbers x become sign(x) · log(1 + |x|)
    only: (column, pattern): rows that do not match are left out and counted, before anything else of them is checked
    since, until: ISO dates; events before, or at or after, are left out and counted
    rows: how many rows are read at most
    form: of the file, where its first bytes do not show it
    quotes: whether fields may be in double quotes
    text: a column that becomes the feature ``text``, its words hashed
    length: how many words of a text are used, from its start
    each: a span in microseconds: every file covers one, its rows evenly spread over it (unit ``row``)
    """

    user: Column = None
    item: Column = None
    time: Column = None
    label: Column = None
    unit: str | None = None
    positive: float | None = None
    repeats: bool | None = None
    task: Task = "rank"
    sep: str | None = None
    header: bool | None = None
    skip_bad: bool = False
    ids: tuple[str, ...] | None = None
    offset: Column = None
    numbers: tuple[str | int, ...] = ()
    words: tuple[str | int, ...] = ()
    log: bool = False
    only: tuple[tuple[str | int, str], ...] = ()
    since: str | None = None
    until: str | None = None
    rows: int | None = None
    form: str = ""
    quotes: bool | None = None
    each: int | None = None
    text: Column = None
    length: int = 64
    context: tuple[str | int, ...] = ()
    of_user: tuple[str | int, ...] = ()
    of_item: tuple[str | int, ...] = ()

    def owner(self, column: str | int) -> Owner | None:
        """Whose feature a column becomes; None where it was not said."""
        sides: dict[Owner, tuple[str | int, ...]] = {
            "context": self.context,
            "user": self.of_user,
            "item": self.of_item,
        }
        return next((owner for owner, columns in sides.items() if column in columns), None)

    @property
    def required(self) -> tuple[str, ...]:
        """Roles without a column of which there is no stream."""
        ids = self.ids if self.ids is not None else () if self.task == "classify" else ("user", "item")
        time = () if self.unit == ROW else ("time",)
        labels = ("label",) if self.task != "rank" or self.positive is not None else ()
        return (*ids, *time, *labels)

    @property
    def optional(self) -> tuple[str, ...]:
        """Roles whose column is used if one has a usual name."""
        return ("user", "item") if self.ids is None else ()

    @property
    def columns(self) -> dict[str, Column]:
        """Role → column, as given: the four roles that every log may have, then those that were asked for."""
        columns: dict[str, Column] = {"user": self.user, "item": self.item, "time": self.time, "label": self.label}
        columns |= {
            name: column for name, column in (("offset", self.offset), ("text", self.text)) if column is not None
        }
        filters = [column for column, _ in self.only]
        for kind, several in (("number", self.numbers), ("word", self.words), ("only", filters)):
            columns |= {f"{kind} {number}": column for number, column in enumerate(several)}
        return columns
