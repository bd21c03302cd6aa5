"""From files to a Stream: columns chosen, every row checked, ids coded, times in microseconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from freshmark.contract.arrays import AnyArray, BoolArray, IntArray
from freshmark.contract.stream import Stream
from freshmark.contract.vocabulary import Vocabulary
from freshmark.errors import DataError
from numpy.typing import NDArray

from freshmark_datasets.columns import choose
from freshmark_datasets.ids import Ids, by_first_appearance
from freshmark_datasets.labels import Labels
from freshmark_datasets.logoptions import Options
from freshmark_datasets.reading.formats import Reader, reader_of
from freshmark_datasets.reading.rawtext import TextFile
from freshmark_datasets.times import Clock

RETURNING = 0.01
"""The share of events with an item that the user had before from which a stream is said to repeat."""


class _Role(Protocol):
    """A column that takes in batches: which rows are bad, why one is, and what to keep."""

    def bad(self, column: Any) -> tuple[Any, BoolArray]: ...
    def why(self, column: Any, row: int) -> DataError: ...
    def add(self, values: Any) -> None: ...


@dataclass
class _Columns:
    """The columns of all files, one after the other.

    rows: for each file its reader and how many rows it gave
    kept: for each batch which of its rows were kept
    """

    options: Options
    clock: Clock
    users: Ids = field(default_factory=lambda: Ids("user"))
    items: Ids = field(default_factory=lambda: Ids("item"))
    labels: Labels | None = None
    rows: list[tuple[Reader, int]] = field(default_factory=list)
    kept: list[BoolArray] = field(default_factory=list)

    def role(self, name: str) -> _Role:
        """What takes in the column of that role."""
        if name == "label":
            self.labels = self.labels or Labels(self.options.task)
            return self.labels
        return {"user": self.users, "item": self.items, "time": self.clock}[name]  # type: ignore[return-value]

    def read(self, reader: Reader, wanted: Mapping[str, int]) -> None:
        """Take in a file, and refuse its first bad row, or leave such rows out."""
        seen = 0
        for batch in reader.batches(wanted):
            checked = {role: self.role(role).bad(column) for role, column in batch.items()}
            wrong = np.logical_or.reduce([bad for _, bad in checked.values()])
            if wrong.any() and not self.options.skip_bad:
                row = int(np.argmax(wrong))
                culprit = next(role for role, (_, bad) in checked.items() if bad[row])
                error = self.role(culprit).why(batch[culprit], row)
                raise DataError(error.what, where=reader.place(seen + row), remedy=error.remedy, code=error.code)
            for role, (values, _) in checked.items():
                self.role(role).add(_without(values, wrong) if wrong.any() else values)
            self.kept.append(~wrong)
            seen += len(wrong)
        self.rows.append((reader, seen))

    def place(self, event: int) -> str:
        """``file:line`` of a row that was kept, counted from 0 over all files."""
        row = int(np.flatnonzero(np.concatenate(self.kept))[event])
        for reader, rows in self.rows:
            if row < rows:
                return reader.place(row)
            row -= rows
        raise IndexError(event)

    @property
    def left_out(self) -> int:
        """How many rows were left out because they were bad."""
        return sum(reader.left_out for reader, _ in self.rows) + sum(int(np.sum(~kept)) for kept in self.kept)


def load(files: Sequence[TextFile], options: Options, *, name: str, about: Mapping[str, str]) -> Stream:
    """The stream of these files, one after the other.

    Args:
        files: paths, with the member where the path is a zip archive.
        options: what was told.
        name: of the stream.
        about: what to tell of it beside what is found out.

    Raises:
        DataError: with ``file:line``, whatever cannot be read as told.
    """
    columns = _Columns(options, Clock(options.unit))
    told: dict[str, str] = {"source": ", ".join(file.name for file in files)}
    for file in files:
        reader = reader_of(
            file.path, member=file.member, sep=options.sep, header=options.header, skip_bad=options.skip_bad
        )
        named = {"user": options.user, "item": options.item, "time": options.time, "label": options.label}
        wanted, why = choose(reader, named, options.needed, ("user", "item"))
        told["columns"] = why
        columns.read(reader, wanted)
        told |= reader.told
    return _built(columns, name=name, about={**told, **about})


def _built(columns: _Columns, *, name: str, about: dict[str, str]) -> Stream:
    options = columns.options
    if not any(kept.any() for kept in columns.kept):
        raise DataError("no events", where=about["source"], remedy="at least one row", code="FM201")
    time, found = columns.clock.microseconds(columns.place)
    rows, filtered = _positive(columns, len(time))
    order, sorting = _order(time, rows)
    user, users = _codes(columns.users, order)
    item, items = _codes(columns.items, order)
    repeats, returning = _repeats(user, item, told=options.repeats)
    label, classes = _label(columns, order)
    if columns.left_out:
        about = {**about, "left out": f"{columns.left_out:,} rows that could not be read"}
    return Stream(
        name=name,
        task=options.task,
        time=time[order],
        user=user,
        item=item,
        users=users,
        items=items,
        label=label,
        repeats=repeats,
        classes=classes,
        about={**about, **found, **filtered, "order": sorting, "repeats": returning},
    )


def _positive(columns: _Columns, events: int) -> tuple[IntArray, dict[str, str]]:
    """The events whose label is high enough to count, and a sentence about them."""
    least = columns.options.positive
    if least is None or columns.labels is None:
        return np.arange(events), {}
    rows = np.flatnonzero(columns.labels.values() >= least)
    if not len(rows):
        raise DataError(f"no label reaches positive={least}", where=columns.place(0), code="FM201")
    return rows, {"positive": f"{len(rows):,} of {events:,} events, those with a label of at least {least:g}"}


def _order(time: IntArray, rows: IntArray) -> tuple[IntArray, str]:
    """The rows in the order of time, file order where times are equal, and whether they were."""
    chosen = time[rows]
    if np.all(chosen[1:] >= chosen[:-1]):
        return rows, "as in the file"
    return rows[np.argsort(chosen, kind="stable")], "sorted by time; equal times stay in the order of the file"


def _codes(ids: Ids, order: IntArray) -> tuple[NDArray[np.int32], Vocabulary]:
    codes, names = ids.codes()
    if not len(codes):  # a task without users or items: all events share one
        return np.zeros(len(order), np.int32), Vocabulary.of(["all"])
    return by_first_appearance(codes[order], names)


def _repeats(user: AnyArray, item: AnyArray, *, told: bool | None) -> tuple[bool, str]:
    """Whether users come back to an item, as told or by how many events do, and a sentence about it."""
    pairs = np.sort(user.astype(np.int64) * (int(item.max()) + 1) + item)  # sorting is faster than np.unique here
    share = float(np.count_nonzero(pairs[1:] == pairs[:-1])) / len(pairs)
    repeats = share >= RETURNING if told is None else told
    how = "detected" if told is None else "as told"
    return repeats, f"{'yes' if repeats else 'no'} ({how}): {share:.2%} of events come back to an item the user had"


def _label(columns: _Columns, order: IntArray) -> tuple[AnyArray | None, tuple[str, ...]]:
    if columns.labels is None or columns.options.positive is not None:
        return None, ()
    if columns.options.task == "classify":
        codes, classes = columns.labels.classes()
        return codes[order], classes
    return columns.labels.values()[order], ()


def _without(values: Any, wrong: BoolArray) -> Any:
    return values[~wrong] if isinstance(values, np.ndarray) else values.filter(~wrong)
