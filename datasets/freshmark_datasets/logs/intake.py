"""Intake: the rows of all files, column by column; invalid rows are refused or counted, unwanted ones left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from freshmark import LAST_TIME, AnyArray, BoolArray, DataError, IntArray, Owner

from freshmark_datasets.logs.features import Numbers, Texts, Words, matching
from freshmark_datasets.logs.ids import Ids
from freshmark_datasets.logs.labels import Labels
from freshmark_datasets.logs.times import Clock, RowClock
from freshmark_datasets.readers.formats import Reader
from freshmark_datasets.readers.options import ROW, Options


class _Column(Protocol):
    """A column that is collected batch by batch: its values, which rows are invalid, and why."""

    def parse(self, column: Any) -> tuple[Any, BoolArray]: ...
    def explain(self, column: Any, row: int) -> DataError: ...
    def append(self, values: Any) -> None: ...


@dataclass
class Intake:
    """The columns of all files, one file after the other.

    options: as the user gave them
    columns: role → what collects its column
    rows: for each file its reader and how many rows it gave
    selected: for each batch which of its rows became events
    invalid, filtered: how many rows were left out because they are unreadable, or because the user did not want them
    """

    options: Options
    columns: dict[str, Any] = field(default_factory=dict)
    row_clock: RowClock | None = None
    rows: list[tuple[Reader, int]] = field(default_factory=list)
    selected: list[BoolArray] = field(default_factory=list)
    invalid: int = 0
    filtered: int = 0

    def __post_init__(self) -> None:
        self.row_clock = RowClock(self.options.each) if self.options.unit == ROW else None

    def column(self, role: str) -> _Column:
        """What collects the column of that role."""
        if role not in self.columns:
            self.columns[role] = self._new(role)
        column: _Column = self.columns[role]
        return column

    def _new(self, role: str) -> _Column:
        kind = role.partition(" ")[0]
        if kind == "number":
            return Numbers(role, log=self.options.log)
        if kind == "offset":
            return Numbers(role, dtype=np.float64)
        if kind == "word":
            return Words(role)
        if kind == "text":
            return Texts(self.options.length)
        if kind == "label":
            return Labels(self.options.task)
        return Clock(self.options.unit) if kind == "time" else Ids(kind)

    @property
    def rows_read(self) -> int:
        """Rows of all files."""
        return sum(rows for _, rows in self.rows)

    def read(self, reader: Reader, indexes: Mapping[str, int]) -> None:
        """Read a file; the first invalid row is an error, or such rows are skipped.

        Args:
            reader: of the file.
            indexes: role → index of its column.
        """
        seen, first = 0, len(self.selected)
        for whole in reader.batches(indexes):
            batch = self._limited(whole, self.rows_read + seen)
            selected = self._take(reader, batch, seen)
            self.selected.append(selected)
            seen += len(selected)
            if len(selected) < len(next(iter(whole.values()))):
                break
        self.rows.append((reader, seen))
        self.invalid += reader.skipped
        if self.row_clock is not None:
            events = np.flatnonzero(np.concatenate([np.empty(0, np.bool_), *self.selected[first:]]))
            self.row_clock.append(events, seen)

    def _take(self, reader: Reader, batch: Mapping[str, Any], seen: int) -> BoolArray:
        """Collect a batch that begins after ``seen`` rows of the file; gives which of its rows became events."""
        matches = self._matches(batch)
        parsed = {role: self.column(role).parse(column) for role, column in batch.items() if not _is_filter(role)}
        # Filters come first: rows that the user does not want may hold anything.
        wrong = np.logical_or.reduce([invalid for _, invalid in parsed.values()]) & matches
        if wrong.any() and not self.options.skip_bad:
            raise self._error(reader, batch, parsed, seen, int(np.argmax(wrong)))
        selected: BoolArray = matches & ~wrong
        if "time" in parsed and (self.options.since or self.options.until):
            selected &= self.columns["time"].within(parsed["time"][0], self.options.since, self.options.until)
        for role, (values, _) in parsed.items():
            self.column(role).append(values if selected.all() else _subset(values, selected))
        self.invalid += int(wrong.sum())
        self.filtered += int((~selected & ~wrong).sum())
        return selected

    def _limited(self, batch: dict[str, Any], seen: int) -> dict[str, Any]:
        """The batch, cut to the number of rows that are still to be read."""
        if self.options.rows is None:
            return batch
        return {role: column.slice(0, max(self.options.rows - seen, 0)) for role, column in batch.items()}

    def _matches(self, batch: Mapping[str, Any]) -> BoolArray:
        """Which rows match every pattern of ``only``."""
        matches = np.ones(len(next(iter(batch.values()))), np.bool_)
        for number, (_, pattern) in enumerate(self.options.only):
            matches &= matching(batch[f"only {number}"], pattern)
        return matches

    def _error(
        self,
        reader: Reader,
        batch: Mapping[str, Any],
        parsed: Mapping[str, tuple[Any, BoolArray]],
        seen: int,
        row: int,
    ) -> DataError:
        role = next(role for role, (_, invalid) in parsed.items() if invalid[row])
        error = self.column(role).explain(batch[role], row)
        return DataError(error.what, where=reader.location(seen + row), remedy=error.remedy, code=error.code)

    def location(self, event: int) -> str:
        """``file:line`` of an event, counted from 0 over all files."""
        row = int(np.flatnonzero(np.concatenate(self.selected))[event])
        for reader, rows in self.rows:
            if row < rows:
                return reader.location(row)
            row -= rows
        raise IndexError(event)

    def time(self) -> tuple[IntArray, dict[str, str]]:
        """(n,) microseconds, and what was detected about them."""
        if self.row_clock is not None:
            return self.row_clock.microseconds()
        times, about = self.columns["time"].microseconds(self.location)
        if "offset" not in self.columns:
            return times, about
        text = f"{about['time']}, and a column of milliseconds added"
        return self._with_offset(times), about | {"time": text, "resolution": "1 millisecond"}

    def _with_offset(self, times: IntArray) -> IntArray:
        """The times with the milliseconds of the offset added."""
        micros = np.rint(self.columns["offset"].values() * 1000)
        beyond = (times + micros < 0) | (times + micros > LAST_TIME)
        if beyond.any():
            where = self.location(int(np.argmax(beyond)))
            what = "the time with its milliseconds is before 1970 or after the year 2262"
            raise DataError(what, where=where, remedy="a time in milliseconds", code="FM215")
        moved: IntArray = times + micros.astype(np.int64)
        return moved

    def features(self, order: IntArray) -> dict[str, AnyArray]:
        """``text`` (n, L) int64, ``numbers`` (n, k) float32, ``words`` (n, k) int32, as far as they exist.

        Columns with an owner are features of their own: ``item_numbers``, ``context_words``.
        """
        features: dict[str, AnyArray] = {}
        if "text" in self.columns:
            features["text"] = self.columns["text"].values()[order]
        parts: dict[str, list[AnyArray]] = {}
        for name, kind, columns in (("numbers", "number", self.options.numbers), ("words", "word", self.options.words)):
            for number, column in enumerate(columns):
                owner = self.options.owner(column)
                values = self.columns[f"{kind} {number}"].values()[order]
                parts.setdefault(f"{owner}_{name}" if owner else name, []).append(values)
        return features | {name: np.stack(several, 1) for name, several in parts.items()}

    @property
    def owners(self) -> dict[str, Owner]:
        """Feature → whose it is, of those with an owner."""
        given = self.options
        owned = [(name, given.owner(column)) for name in ("numbers", "words") for column in getattr(given, name)]
        return {f"{owner}_{name}": owner for name, owner in owned if owner}

    def left_out(self) -> dict[str, str]:
        """Sentences about rows that did not become events, and about missing numbers."""
        about: dict[str, str] = {}
        if self.invalid:
            about["left out"] = f"{self.invalid:,} rows that could not be read"
        if self.filtered:
            about["not asked for"] = f"{self.filtered:,} rows, by only=, since= and until="
        if "text" in self.columns:
            about["text"] = self.columns["text"].summary()
        missing = sum(column.missing for role, column in self.columns.items() if role.startswith("number "))
        if missing:
            about["missing numbers"] = f"{missing:,}, taken as 0"
        return about


def _is_filter(role: str) -> bool:
    return role.startswith("only ")


def _subset(values: Any, rows: BoolArray) -> Any:
    return values[rows] if isinstance(values, np.ndarray) else values.filter(rows)
