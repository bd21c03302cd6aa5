"""Outcomes: what became of each test event, and the only module that knows how a run folder stores them.

``cells/<key>/outcomes.parquet`` has a row for each test event and these columns:

    the answers of the task     the fields of ``Outcomes`` that are marked ``_answer``
    age                         int64 µs, how old the knowledge was that answered
    free_…                      with a measured delay: the answers of the pass whose updates took no time

What is the same for every cell (label, user, item …) is stored once per stream, in ``streams/….parquet``.

To add a column of answers, add a field to ``Outcomes`` and fill it in ``replay.answering.answers``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray, Task

FREE = "free_"
UNANSWERED = -1

Table = dict[str, AnyArray]


def _answer(dtype: str, *tasks: Task) -> Any:
    """A field that each cell stores for these tasks."""
    return field(default=None, metadata={"answer": dtype, "tasks": frozenset(tasks)})


def _event(column: str, dtype: str | None = "i8") -> Any:
    """A field that is read from this column of the stream's test events; None keeps the stored dtype."""
    return field(default=None, metadata={"event": column, "dtype": dtype})


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
    rank: FloatArray | None = _answer("f8", "rank")
    prediction: FloatArray | None = _answer("f8", "click", "rate", "classify")
    label: AnyArray | None = _event("label", None)
    predicted: IntArray | None = _answer("i8", "classify")
    candidates: IntArray | None = _event("candidates")
    user: IntArray | None = _event("user")
    item: IntArray | None = _event("item")
    time: IntArray | None = _event("time")
    index: IntArray | None = _event("position")
    age: IntArray | None = None

    def __len__(self) -> int:
        return next((len(column) for column in self._columns().values()), 0)

    def rows(self, selected: AnyArray | slice) -> Outcomes:
        """These rows of every column: a slice, a mask or positions."""
        return replace(self, **{name: column[selected] for name, column in self._columns().items()})

    def answered(self, answers: Mapping[str, AnyArray]) -> Outcomes:
        """The same events with other answers: columns named as in ``answer_columns``."""
        return replace(self, **{name: answers[name] for name in answer_columns(self.task)})

    def _columns(self) -> Table:
        named = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "task"}
        return {name: column for name, column in named.items() if column is not None}


def answer_columns(task: Task) -> dict[str, str]:
    """The columns that hold a cell's answers: name → dtype."""
    marked = {one.name: one.metadata for one in fields(Outcomes) if "answer" in one.metadata}
    return {name: str(metadata["answer"]) for name, metadata in marked.items() if task in metadata["tasks"]}


def blank(task: Task, events: int) -> Table:
    """Answers to fill in. They are written to, so that their pages count as the harness's, not the strategy's."""
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
    return Outcomes(
        task,
        **{name: table[f"{prefix}{name}"] for name in answer_columns(task)},
        **_event_columns(events),
        age=None if free else table.get("age"),
    )


def oracle_outcomes(task: Task, events: Mapping[str, AnyArray]) -> Outcomes | None:
    """The outcomes of the best achievable answers; None where the stream does not know them.

    For ratings there are none. Version 0.1 did not store the likeliest class, so its ``classify`` runs have none either.
    """
    if "oracle" not in events or task == "rate" or (task == "classify" and "oracle_class" not in events):
        return None
    best = {"rank": events["oracle"], "prediction": events["oracle"], "predicted": events.get("oracle_class")}
    return Outcomes(task, **{name: best[name] for name in answer_columns(task)}, **_event_columns(events))


def _event_columns(events: Mapping[str, AnyArray]) -> Table:
    marked = {one.name: one.metadata for one in fields(Outcomes) if "event" in one.metadata}
    return {
        name: np.asarray(events[metadata["event"]], metadata["dtype"])
        for name, metadata in marked.items()
        if metadata["event"] in events
    }
