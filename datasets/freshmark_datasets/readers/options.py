"""What a user may say of a log. Light: the key of a stream is made of it before anything is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from freshmark import Task

Column: TypeAlias = str | int | None

ROW = "row"
"""The unit of a log without times: its rows are a second apart, in the order of the file."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may say of a log; None where it is to be found out.

    user, item, time, label: names or indexes of columns
    unit: of time; ``row`` where there is none; a pattern such as ``%d/%m/%Y`` where dates are not ISO
    positive: the least label of an event that counts
    repeats: whether users come back to an item
    task: of the stream
    sep, header: of the text
    skip_bad: whether rows that cannot be read are left out and counted, instead of refused
    ids: which of ``user`` and ``item`` an event has; both where it is None, none for ``classify``
    offset: a column of milliseconds to be added to the time
    numbers, words: columns that become the features ``numbers`` (float32) and ``words`` (int32, hashed)
    log: whether numbers x become sign(x) · log(1 + |x|)
    only: (column, pattern): rows that do not match are left out and counted, before anything else of them is checked
    since, until: ISO dates; events before, or from there on, are left out and counted
    rows: how many rows are read at most
    form: of the file, where its first bytes do not tell
    quotes: whether a field may stand in double quotes
    text: a column that becomes the feature ``text``, its words hashed
    length: how many words of a text are kept, its first
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

    @property
    def has(self) -> tuple[str, ...]:
        """Which of user and item an event must have."""
        return self.ids if self.ids is not None else () if self.task == "classify" else ("user", "item")

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns without which there is no stream."""
        time = () if self.unit == ROW else ("time",)
        labels = ("label",) if self.task != "rank" or self.positive is not None else ()
        return (*self.has, *time, *labels)

    @property
    def wished(self) -> tuple[str, ...]:
        """The columns that are taken where there are any of their name."""
        return ("user", "item") if self.ids is None else ()

    @property
    def told(self) -> dict[str, Column]:
        """Role → column, as told: the four, then those that come in any number."""
        four: dict[str, Column] = {"user": self.user, "item": self.item, "time": self.time, "label": self.label}
        more: dict[str, Column] = {"offset": self.offset} if self.offset is not None else {}
        more |= {"text": self.text} if self.text is not None else {}
        for kind, columns in (("number", self.numbers), ("word", self.words), ("only", [one for one, _ in self.only])):
            more |= {f"{kind} {place}": column for place, column in enumerate(columns)}
        return four | more
