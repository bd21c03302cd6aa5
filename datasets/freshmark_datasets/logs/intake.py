"""Intake: rows of all files, column by column; what is asked for is kept, what is bad is refused or counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from freshmark import LAST_TIME, AnyArray, BoolArray, DataError, IntArray

from freshmark_datasets.logs.features import Numbers, Words, matching
from freshmark_datasets.logs.ids import Ids
from freshmark_datasets.logs.labels import Labels
from freshmark_datasets.logs.texts import Texts
from freshmark_datasets.logs.times import Clock, Rows
from freshmark_datasets.readers.formats import Reader
from freshmark_datasets.readers.options import ROW, Options


class _Role(Protocol):
    """A column that takes in batches: which rows are bad, why one is, and what to keep."""

    def bad(self, column: Any) -> tuple[Any, BoolArray]: ...
    def why(self, column: Any, row: int) -> DataError: ...
    def add(self, values: Any) -> None: ...


@dataclass
class Intake:
    """The columns of all files, one after the other.

    told: what was told
    roles: role → what takes in its column
    rows: for each file its reader and how many rows it gave
    kept: for each batch which of its rows were kept
    bad, filtered: how many rows were left out because they cannot be read, or because they were not asked for
    """

    told: Options
    roles: dict[str, Any] = field(default_factory=dict)
    ticks: Rows | None = None
    rows: list[tuple[Reader, int]] = field(default_factory=list)
    kept: list[BoolArray] = field(default_factory=list)
    bad: int = 0
    filtered: int = 0

    def __post_init__(self) -> None:
        self.ticks = Rows(self.told.each) if self.told.unit == ROW else None

    def role(self, name: str) -> _Role:
        """What takes in the column of that role."""
        if name not in self.roles:
            self.roles[name] = self._new(name)
        found: _Role = self.roles[name]
        return found

    def _new(self, name: str) -> _Role:
        kind = name.partition(" ")[0]
        if kind == "number":
            return Numbers(name, log=self.told.log)
        if kind == "offset":
            return Numbers(name, dtype=np.float64)
        if kind == "word":
            return Words(name)
        if kind == "text":
            return Texts(self.told.length)
        if kind == "label":
            return Labels(self.told.task)
        return Clock(self.told.unit) if kind == "time" else Ids(kind)

    @property
    def read_so_far(self) -> int:
        """Rows of all files."""
        return sum(rows for _, rows in self.rows)

    def read(self, reader: Reader, wanted: Mapping[str, int]) -> None:
        """Take in a file, and refuse its first bad row, or leave such rows out."""
        seen, first = 0, len(self.kept)
        for whole in reader.batches(wanted):
            batch = self._cut(whole, self.read_so_far + seen)
            kept = self._take(reader, batch, seen)
            self.kept.append(kept)
            seen += len(kept)
            if len(kept) < len(next(iter(whole.values()))):
                break
        self.rows.append((reader, seen))
        self.bad += reader.left_out
        if self.ticks is not None:
            self.ticks.add(np.flatnonzero(np.concatenate([np.empty(0, np.bool_), *self.kept[first:]])), seen)

    def _take(self, reader: Reader, batch: Mapping[str, Any], seen: int) -> BoolArray:
        """Take in a batch that begins after so many rows of the file; gives which of its rows were kept."""
        asked = self._asked(batch)
        checked = {role: self.role(role).bad(column) for role, column in batch.items() if not _is_filter(role)}
        wrong = np.logical_or.reduce([bad for _, bad in checked.values()]) & asked
        if wrong.any() and not self.told.skip_bad:
            raise self._refused(reader, batch, checked, seen, int(np.argmax(wrong)))
        kept: BoolArray = asked & ~wrong
        if "time" in checked and (self.told.since or self.told.until):
            kept &= self.roles["time"].within(checked["time"][0], self.told.since, self.told.until)
        for role, (values, _) in checked.items():
            self.role(role).add(values if kept.all() else _only(values, kept))
        self.bad += int(wrong.sum())
        self.filtered += int((~kept & ~wrong).sum())
        return kept

    def _cut(self, batch: dict[str, Any], seen: int) -> dict[str, Any]:
        """The batch, no longer than the rows that are still to be read."""
        if self.told.rows is None:
            return batch
        return {role: column.slice(0, max(self.told.rows - seen, 0)) for role, column in batch.items()}

    def _asked(self, batch: Mapping[str, Any]) -> BoolArray:
        """Which rows match every pattern."""
        asked = np.ones(len(next(iter(batch.values()))), np.bool_)
        for place, (_, pattern) in enumerate(self.told.only):
            asked &= matching(batch[f"only {place}"], pattern)
        return asked

    def _refused(
        self,
        reader: Reader,
        batch: Mapping[str, Any],
        checked: Mapping[str, tuple[Any, BoolArray]],
        seen: int,
        row: int,
    ) -> DataError:
        culprit = next(role for role, (_, bad) in checked.items() if bad[row])
        error = self.role(culprit).why(batch[culprit], row)
        return DataError(error.what, where=reader.place(seen + row), remedy=error.remedy, code=error.code)

    def place(self, event: int) -> str:
        """``file:line`` of a row that was kept, counted from 0 over all files."""
        row = int(np.flatnonzero(np.concatenate(self.kept))[event])
        for reader, rows in self.rows:
            if row < rows:
                return reader.place(row)
            row -= rows
        raise IndexError(event)

    def time(self) -> tuple[IntArray, dict[str, str]]:
        """(n,) microseconds, and what was found out about them."""
        if self.ticks is not None:
            return self.ticks.microseconds()
        times, found = self.roles["time"].microseconds(self.place)
        if "offset" not in self.roles:
            return times, found
        told = f"{found['time']}, and a column of milliseconds added"
        return self._moved(times), found | {"time": told, "resolution": "1 millisecond"}

    def _moved(self, times: IntArray) -> IntArray:
        """The times with the milliseconds of the offset added."""
        micros = np.rint(self.roles["offset"].values() * 1000)
        beyond = (times + micros < 0) | (times + micros > LAST_TIME)
        if beyond.any():
            where = self.place(int(np.argmax(beyond)))
            what = "the time with its milliseconds lies before 1970 or beyond the year 2262"
            raise DataError(what, where=where, remedy="a moment in milliseconds", code="FM215")
        moved: IntArray = times + micros.astype(np.int64)
        return moved

    def features(self, order: IntArray) -> dict[str, AnyArray]:
        """``numbers`` (n, k) float32, ``words`` (n, k) int32, ``text`` (n, L) int64, those there are, in that order."""
        found: dict[str, AnyArray] = {}
        if "text" in self.roles:
            found["text"] = self.roles["text"].values()[order]
        for name, kind in (("numbers", "number"), ("words", "word")):
            columns = [role for role in self.roles if role.startswith(f"{kind} ")]
            if columns:
                found[name] = np.stack([self.roles[role].values()[order] for role in columns], 1)
        return found

    def left_out(self) -> dict[str, str]:
        """Sentences about rows that are no events, and about what stands for missing numbers."""
        told: dict[str, str] = {}
        if self.bad:
            told["left out"] = f"{self.bad:,} rows that could not be read"
        if self.filtered:
            told["not asked for"] = f"{self.filtered:,} rows, by only=, since= and until="
        if "text" in self.roles:
            told["text"] = self.roles["text"].told()
        missing = sum(one.missing for role, one in self.roles.items() if role.startswith("number "))
        if missing:
            told["missing numbers"] = f"{missing:,}, taken as 0"
        return told


def _is_filter(role: str) -> bool:
    return role.startswith("only ")


def _only(values: Any, kept: BoolArray) -> Any:
    return values[kept] if isinstance(values, np.ndarray) else values.filter(kept)
