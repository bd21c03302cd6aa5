"""The way to answer that a strategy offers. Answers are validated here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from freshmark.contract.arrays import TASKS, AnyArray, Task
from freshmark.contract.events import Query
from freshmark.contract.strategy import Factors
from freshmark.errors import InvalidAnswer, PluginError
from freshmark.replay.answering.numbers import numbers, only_row
from freshmark.replay.ranking.exact_rank import NOTHING_HAD, Ranker, Truths, best
from freshmark.replay.timeline import Timeline

Call = tuple[Callable[..., Any], tuple[Any, ...]]
"""A callable and its arguments: whoever holds the stopwatch makes the call."""

LARGEST_ANSWER = 1 << 22
"""Maximum number of scores from one call: 32 MiB as float64."""

WAYS = {
    "rank": ("factors", "score", "recommend"),
    "click": ("predict",),
    "rate": ("predict",),
    "classify": ("predict",),
}
"""Ways to answer each task, fastest first."""


def tasks_of(strategy: object) -> list[Task]:
    """The tasks that a strategy declares (``tasks``) or can answer by its methods.

    Raises:
        PluginError: it can answer none.
    """
    claimed = getattr(strategy, "tasks", None) or TASKS
    tasks = [
        task for task in TASKS if task in claimed and any(callable(getattr(strategy, way, None)) for way in WAYS[task])
    ]
    if not tasks:
        raise PluginError(
            f"{type(strategy).__name__} has no way to answer",
            remedy="it needs recommend, score or factors (rank), or predict (click, rate, classify)",
            code="FM311",
        )
    return tasks


class Answers(Protocol):
    """One way to answer: ask, judge the answer against the truth, and serve single requests."""

    def ask(self, begin: int, end: int) -> Call:
        """The call to make for the events [begin, end)."""

    def judge(self, answer: Any, begin: int, end: int, outcomes: Mapping[str, AnyArray]) -> None:
        """Write the outcomes of the events [begin, end) into the columns of all test events (``answer_columns``)."""

    def ask_now(self, begin: int, end: int, known: int) -> Call:
        """The call to make for earlier events, now that ``known`` items exist."""

    def request(self, position: int) -> Call:
        """The call that serves one single request, from the query to the list or the probability."""

    def largest_batch(self, position: int) -> int:
        """Maximum number of queries in one call from here on."""


def answers_of(strategy: object, timeline: Timeline) -> Answers:
    """The fastest exact way to answer that the strategy offers.

    Raises:
        PluginError: it offers none for the task of the stream.
    """
    task = timeline.stream.task
    way = next((one for one in WAYS[task] if callable(getattr(strategy, one, None))), None)
    if way is None:
        raise PluginError(
            f"{type(strategy).__name__} has no way to answer the task {task!r}",
            remedy=f"it needs one of the methods {', '.join(WAYS[task])}",
            code="FM311",
        )
    method = getattr(strategy, way)
    if way == "predict":
        return _Predictions(method, timeline)
    return _Lists(method, timeline) if way == "recommend" else _Scores(method, timeline, way)


@dataclass
class Ranked(ABC):
    """The common part of all ways to answer the task ``rank``."""

    method: Callable[..., Any]
    timeline: Timeline

    def __post_init__(self) -> None:
        line = self.timeline
        self.first, self.depth = line.first, line.settings.depth
        self.own_removed = not line.stream.repeats
        nothing = np.broadcast_to(np.int64(0), line.end)
        had = (line.had_items, line.had_begin, line.had_end) if self.own_removed else (NOTHING_HAD, nothing, nothing)
        self.ranker = Ranker(Truths(line.truth, line.candidates, *had), len(line.stream.items))

    def request(self, position: int) -> Call:
        """The call that serves one single request with a list."""
        line = self.timeline
        had = line.had_items[line.had_begin[position] : line.had_end[position]] if self.own_removed else NOTHING_HAD
        return self.listing(line.query(position, position + 1), had)

    def listing(self, query: Query, had: AnyArray) -> Call:
        """The call that serves a list for a query of one row, without the items that the user had."""
        had = had if self.own_removed else NOTHING_HAD
        return self.serve, (query, self.timeline.settings.top, had)

    @abstractmethod
    def serve(self, query: Query, k: int, had: AnyArray) -> AnyArray:
        """The best k for a query of one row."""


@dataclass
class _Scores(Ranked):
    """``score``: (n, m) one score per known item; ``factors``: the same as inner products."""

    way: str

    def ask(self, begin: int, end: int) -> Call:
        return self.method, (self.timeline.query(begin, end),)

    def judge(self, answer: Any, begin: int, end: int, outcomes: Mapping[str, AnyArray]) -> None:
        ranks = outcomes["rank"][begin - self.first : end - self.first]
        if self.way == "factors":
            self.ranker.by_factors(answer, begin, ranks)
        else:
            self.ranker.by_scores(numbers(answer, "score"), begin, ranks)

    def ask_now(self, begin: int, end: int, known: int) -> Call:
        del known  # scores of items that appeared later are ignored
        return self.ask(begin, end)

    def serve(self, query: Query, k: int, had: AnyArray) -> AnyArray:
        known = int(query.candidates[0])
        answer = self.method(query)
        row = _scores_of(answer) if self.way == "factors" else only_row(numbers(answer, "score"), "score")
        return best(row[:known], k, had)

    def largest_batch(self, position: int) -> int:
        if self.way == "factors":
            return self.timeline.settings.batch
        return max(1, LARGEST_ANSWER // max(1, int(self.timeline.candidates[position])))


@dataclass
class _Lists(Ranked):
    """``recommend``: (n, ≤k) item codes, best first. Requests extra items for those the user had, which are dropped."""

    def ask(self, begin: int, end: int) -> Call:
        line, depth = self.timeline, self.depth
        if self.own_removed:
            depth += int(line.user_events[begin] if end == begin + 1 else line.user_events[begin:end].max())
        return self.method, (line.query(begin, end), depth)

    def judge(self, answer: Any, begin: int, end: int, outcomes: Mapping[str, AnyArray]) -> None:
        ranks = outcomes["rank"][begin - self.first : end - self.first]
        self.ranker.by_lists(numbers(answer, "recommend"), self.depth, begin, ranks)

    def ask_now(self, begin: int, end: int, known: int) -> Call:
        _, (query, depth) = self.ask(begin, end)
        return self._without_newer, (query, depth + known - int(self.timeline.candidates[begin]))

    def _without_newer(self, query: Query, k: int) -> AnyArray:
        """The lists without items that appeared after the query."""
        known = query.candidates.copy()  # the strategy may write into the query
        lists = np.array(numbers(self.method(query, k), "recommend"))
        lists[lists >= known[:, None]] = -1
        return lists

    def serve(self, query: Query, k: int, had: AnyArray) -> AnyArray:
        row = only_row(numbers(self.method(query, k + len(had)), "recommend"), "recommend")
        row = row[row != -1]
        new: AnyArray = row[~np.isin(row, had)] if len(had) else row
        return new[:k]

    def largest_batch(self, position: int) -> int:
        del position
        return self.timeline.settings.batch


@dataclass
class _Predictions:
    """``predict``: (n,) probabilities of a click or ratings, or (n, classes) probabilities."""

    method: Callable[..., Any]
    timeline: Timeline

    def ask(self, begin: int, end: int) -> Call:
        return self.method, (self.timeline.query(begin, end),)

    def judge(self, answer: Any, begin: int, end: int, outcomes: Mapping[str, AnyArray]) -> None:
        task, n = self.timeline.stream.task, end - begin
        rows = slice(begin - self.timeline.first, end - self.timeline.first)
        values = numbers(answer, "predict").astype(np.float64, copy=False)
        shape = (n, len(self.timeline.stream.classes)) if task == "classify" else (n,)
        if values.shape != shape:
            raise InvalidAnswer(f"predict gave shape {values.shape}", remedy=f"for this task and query {shape}")
        if not np.isfinite(values).all():
            raise InvalidAnswer("predict gave a value that is not finite", remedy="numbers only")
        if task != "rate" and (values.min() < 0 or values.max() > 1):
            raise InvalidAnswer(
                f"predict gave values from {values.min():.4g} to {values.max():.4g}", remedy="probabilities, 0 to 1"
            )
        if task == "classify":
            outcomes["prediction"][rows] = values[np.arange(n), self.timeline.truth[begin:end]]
            outcomes["predicted"][rows] = values.argmax(1)
        else:
            outcomes["prediction"][rows] = values

    def ask_now(self, begin: int, end: int, known: int) -> Call:
        del known
        return self.ask(begin, end)

    def request(self, position: int) -> Call:
        return self.method, (self.timeline.query(position, position + 1),)

    def largest_batch(self, position: int) -> int:
        del position
        return self.timeline.settings.batch


def _scores_of(factors: Factors) -> AnyArray:
    """(m,) scores of a single request."""
    user, items = factors.user, factors.item
    scores = items @ user[0] if factors.bias is None else items @ user[0] + factors.bias
    return np.asarray(scores.cpu() if hasattr(scores, "cpu") else scores)
