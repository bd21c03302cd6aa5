"""Tunings in a run folder: every trial, and what each row was given."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from freshmark.contract.search import Choice
from freshmark.runs.store.database import store_errors


@dataclass(frozen=True, slots=True)
class TunedRow:
    """A row of the plan, whose options are chosen together for all of its seeds.

    stream: the name of the stream in the folder
    strategy: as in the plan
    """

    stream: str
    strategy: str
    every: str
    delay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One set of values, tried.

    number: 0 are the defaults
    expression: the strategy with the values
    values: by name, see ``search_space``; empty for the defaults
    state: ``ok``, ``pruned``, or how its process ended
    reason: why it did not end well
    metric, value: over the tail of the warm-up; of a pruned trial over the windows until then, NaN if it failed
    windows: the metric over all events up to the end of each window
    cpu_seconds: of fit, updates and answers; NaN if it failed
    seconds: wall-clock time of its process
    updates: how many were made
    begin: when the tail begins, microseconds
    """

    number: int
    expression: str
    values: Mapping[str, Choice]
    state: str
    metric: str
    reason: str = ""
    value: float = float("nan")
    windows: tuple[float, ...] = ()
    cpu_seconds: float = float("nan")
    seconds: float = 0.0
    updates: int = 0
    begin: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What the trials of a row ended with.

    key: identifies everything that its trials depend on
    chosen: the strategy that is measured
    trials, pruned, failed: how many
    cpu_seconds: of all trials whose CPU time is known
    default_value, value: of the metric on the tail, with the defaults and with what was chosen
    updates: how many were made on the tail with what was chosen
    begin: when the tail begins, microseconds
    """

    key: str
    row: TunedRow
    chosen: str
    metric: str
    trials: int
    pruned: int
    failed: int
    cpu_seconds: float
    default_value: float
    value: float
    updates: int
    begin: int


_OF_TRIAL = ", ".join(f'"{field.name}"' for field in fields(Trial))
_SAME_ROW = "stream = ? AND strategy = ? AND every = ? AND delay = ?"
_TRIALS = f"SELECT {_OF_TRIAL} FROM trials WHERE key = ? ORDER BY number"  # noqa: S608  (names of our own)
_CHOSEN = f"SELECT DISTINCT chosen FROM tunings WHERE {_SAME_ROW}"  # noqa: S608
_OUTDATED = tuple(f"DELETE FROM {table} WHERE {_SAME_ROW} AND key <> ?" for table in ("trials", "tunings"))  # noqa: S608


@dataclass(frozen=True, slots=True)
class Tunings:
    """The tables ``trials`` and ``tunings`` of a run folder that is held for writing."""

    database: sqlite3.Connection
    folder: Path

    def trials(self, key: str) -> list[Trial]:
        """The trials under this key, in order."""
        with store_errors(self.folder):
            return [_trial(row) for row in self.database.execute(_TRIALS, (key,)).fetchall()]

    def add(self, key: str, row: TunedRow, trial: Trial) -> None:
        """Acknowledge a trial. When this returns, it survives a power failure."""
        texts = {"values": json.dumps(trial.values), "windows": json.dumps(trial.windows)}
        self._insert("trials", {"key": key, **asdict(row), **asdict(trial), **texts})

    def conclude(self, tuning: Tuning) -> list[str]:
        """Record what a row was given, and return the strategies that it was given before, if others.

        What an earlier version of the code tried for the same row goes.
        """
        record = asdict(tuning)
        names = record.pop("row")
        row = tuple(names.values())
        with store_errors(self.folder), self.database as database:
            before = database.execute(_CHOSEN, row).fetchall()
            for outdated in _OUTDATED:
                database.execute(outdated, (*row, tuning.key))
        self._insert("tunings", names | record)
        return [chosen for (chosen,) in before if chosen != tuning.chosen]

    def _insert(self, table: str, record: Mapping[str, Any]) -> None:
        names = ", ".join(f'"{name}"' for name in record)
        marks = ", ".join("?" * len(record))
        with store_errors(self.folder), self.database as database:
            database.execute(f"INSERT OR REPLACE INTO {table}({names}) VALUES({marks})", list(record.values()))


def _trial(row: tuple[Any, ...]) -> Trial:
    """A row of the table; SQLite stores NaN as NULL."""
    record = {field.name: value for field, value in zip(fields(Trial), row, strict=True)}
    numbers = {name: float("nan") if record[name] is None else record[name] for name in ("value", "cpu_seconds")}
    texts = {"values": json.loads(record["values"]), "windows": tuple(json.loads(record["windows"]))}
    return Trial(**{**record, **numbers, **texts})
