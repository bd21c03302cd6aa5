"""Outcomes: what became of each test event, and the only module that knows how a run folder stores them.

``cells/<key>/outcomes.parquet`` has a row for each test event and these columns:

    the answers of the task     the fields of ``Outcomes`` that ``_ANSWERS`` names
    age                         int64 µs, how old the knowledge was that answered
    free_…                      with a measured delay: the answers of the pass whose updates took no time

What is the same for every cell (label, user, item …) is stored once per stream, in ``streams/….parquet``.

To add a column of answers, add a field to ``Outcomes`` and a line to ``_ANSWERS``, and write it where answers are
judged (``replay.answering.answers``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray, Task

FREE = "free_"
UNANSWERED = -1

Table = dict[str, AnyArray]


_ANSWERS: Mapping[str, tuple[str, frozenset[Task]]] = {
    "rank": ("f8", frozenset({"rank"})),
    "prediction": ("f8", frozenset({"click", "rate", "classify"})),
    "predicted": ("i8", frozenset({"classify"})),
}
"""What each cell stores: field of Outcomes → dtype, and the tasks whose answers have it."""

_EVENTS: Mapping[str, tuple[str, str | None]] = {
    "label": ("label", None),
    "candidates": ("candidates", "i8"),
    "user": ("user", "i8"),
    "item": ("item", "i8"),
    "time": ("time", "i8"),
    "index": ("position", "i8"),
}
"""What is stored once per stream: field of Outcomes → column of the test events, and dtype (None: as stored)."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of n test events. A field is None where the task, or the run, does not have it.

    rank: (n,) float64, rank of the true item among all candidates, 1 is best, mid-rank for ties, inf is a miss (rank)
    prediction: (n,) float64, probability of a click (click), rating (rate), or probability of the true class (classify)
    label: (n,) float64 (click, rate) or int64 (classify)
    predicted: (n,) int64, the class with the highest probability (classify)
    candidates: (n,) int64, number of candidates (rank)
    user, item: (n,) int64 codes, in order of first appearance in the stream
    time: (n,) int64, microseconds, never decreasing
    index: (n,) int64, position of the event in the stream
    age: (n,) int64, microseconds between the boundary of the latest live update and the event
    """

    task: Task
    rank: FloatArray | None = None
    prediction: FloatArray | None = None
    label: AnyArray | None = None
    predicted: IntArray | None = None
    candidates: IntArray | None = None
    user: IntArray | None = None
    item: IntArray | None = None
    time: IntArray | None = None
    index: IntArray | None = None
    age: IntArray | None = None

    def __len__(self) -> int:
        return next((len(column) for column in self._columns().values()), 0)

    def rows(self, selected: AnyArray | slice) -> Outcomes:
        """These rows of every column: a slice, a mask or positions."""
        columns: dict[str, Any] = {name: column[selected] for name, column in self._columns().items()}
        return replace(self, **columns)

    def answered(self, answers: Mapping[str, AnyArray]) -> Outcomes:
        """The same events with other answers: columns named as in ``answer_columns``."""
        columns: dict[str, Any] = {name: answers.get(name) for name in answer_columns(self.task)}
        return replace(self, **columns)

    def _columns(self) -> Table:
        named = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "task"}
        return {name: column for name, column in named.items() if column is not None}


def answer_columns(task: Task) -> dict[str, str]:
    """The columns that hold a cell's answers: name → dtype."""
    return {name: dtype for name, (dtype, tasks) in _ANSWERS.items() if task in tasks}


def blank(task: Task, events: int) -> Table:
    """Answers to fill in, with memory that has been written to."""
    return {name: np.full(events, UNANSWERED, dtype) for name, dtype in answer_columns(task).items()}


def encoded(answers: Mapping[str, AnyArray], age: IntArray) -> Table:
    """The table to store for a cell."""
    return {**answers, "age": age}


def with_free_pass(task: Task, served: Mapping[str, AnyArray], free: Mapping[str, AnyArray]) -> Table:
    """The table of the served pass, with the answers of the free pass next to its own."""
    return {**served, **{f"{FREE}{name}": free[name] for name in answer_columns(task)}}


def has_free_pass(table: Mapping[str, AnyArray]) -> bool:
    """Whether the table holds the answers of a free pass."""
    return any(name.startswith(FREE) for name in table)


def decoded(
    task: Task, table: Mapping[str, AnyArray], events: Mapping[str, AnyArray], *, free: bool = False
) -> Outcomes:
    """The outcomes of a stored table.

    Args:
        task: of the stream.
        table: of a cell, column → (n,) array.
        events: the stream's test events, column → (n,) array.
        free: the answers of the free pass; see ``has_free_pass``.
    """
    prefix = FREE if free else ""
    answers: dict[str, Any] = {name: table.get(f"{prefix}{name}") for name in answer_columns(task)}
    return Outcomes(task, **answers, **_event_columns(events), age=None if free else table.get("age"))


def oracle_outcomes(task: Task, events: Mapping[str, AnyArray]) -> Outcomes | None:
    """The outcomes of the best achievable answers; None where the stream does not know them.

    There are none for ratings, nor for ``classify`` in runs of version 0.1, which did not store the likeliest class.
    """
    if "oracle" not in events or task == "rate" or (task == "classify" and "oracle_class" not in events):
        return None
    best: dict[str, Any] = {
        "rank": events["oracle"],
        "prediction": events["oracle"],
        "predicted": events.get("oracle_class"),
    }
    return Outcomes(task, **{name: best.get(name) for name in answer_columns(task)}, **_event_columns(events))


def widened(events: Mapping[str, AnyArray]) -> Table:
    """The table of test events, with the columns that ``decoded`` needs in the dtypes that it gives."""
    stored = {column: dtype for column, dtype in _EVENTS.values() if dtype} | {"window": "i8"}
    return {name: column.astype(stored.get(name, column.dtype), copy=False) for name, column in events.items()}


def _event_columns(events: Mapping[str, AnyArray]) -> dict[str, Any]:
    return {name: np.asarray(events[one], dtype) for name, (one, dtype) in _EVENTS.items() if one in events}
