"""What a user may say of a log. Light: the key of a stream is made of it before anything is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from freshmark.contract.arrays import Task

Column: TypeAlias = str | int | None


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may say of a log; None where it is to be found out.

    user, item, time, label: names or indexes of columns
    unit: of time
    positive: the least label of an event that counts
    repeats: whether users come back to an item
    task: of the stream
    sep, header: of the text
    skip_bad: whether rows that cannot be read are left out and counted, instead of refused
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

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns without which there is no stream."""
        ids = () if self.task == "classify" else ("user", "item")
        labels = ("label",) if self.task != "rank" or self.positive is not None else ()
        return (*ids, "time", *labels)
