"""Each promise, and a strategy that breaks it."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest
from freshmark import Strategy
from freshmark.errors import PluginError, UnknownName
from freshmark.replay.answering.answers import tasks_of
from freshmark.replay.timeline import Timeline
from freshmark.testing import check_strategy, failures
from freshmark.testing import strategies as checks


class Honest(Strategy):
    """Counts."""

    def __init__(self):
        self.counts: Any = np.zeros(0)

    def update(self, events):
        size = max(len(self.counts), int(events.item.max(initial=-1)) + 1)
        self.counts = np.bincount(events.item, minlength=size) + np.pad(self.counts, (0, size - len(self.counts)))

    def score(self, query):
        return np.broadcast_to(self.counts, (len(query), len(self.counts)))


def broken(strategy):
    return " | ".join(str(finding) for finding in failures(check_strategy(strategy)))


def test_an_honest_strategy_keeps_every_promise():
    findings = check_strategy(Honest)
    assert not failures(findings)
    assert len(findings) >= 14


def test_all_faults_are_reported():
    class Wrong(Honest):
        def score(self, query):
            return np.full((len(query), 3), np.nan)

    text = broken(Wrong)
    assert text.count("answers are valid") == 2
    assert "not finite" in text


def test_a_strategy_whose_answers_depend_on_their_batch_is_caught():
    class Batchy(Honest):
        def score(self, query):
            return super().score(query) * np.arange(1, len(query) + 1)[:, None] % 7

    assert "the batch size changes nothing" in broken(Batchy)


def test_a_strategy_that_answering_changes_is_caught():
    class Learner(Honest):
        def score(self, query):
            self.counts = np.roll(self.counts, len(query))
            return super().score(query)

    assert "single requests change nothing" in broken(Learner)


def test_a_strategy_that_ignores_the_seed_is_caught():
    class Dice(Honest):
        def score(self, query):
            return np.random.default_rng().random((len(query), len(self.counts)))

    assert "two runs of one seed agree" in broken(Dice)


def test_a_strategy_that_draws_though_it_says_that_it_does_not_is_caught():
    class Lucky(Honest):
        draws: ClassVar[bool] = False

        def start(self, run):
            self.luck = run.rng.random()

        def score(self, query):
            return super().score(query) + (np.arange(len(self.counts)) == int(5 * self.luck)) * 1e6

    assert "another seed changes no answer" in broken(Lucky)


def test_state_kept_on_the_class_is_caught():
    class Shared(Honest):
        seen: ClassVar[dict[int, int]] = {}

        def update(self, events):
            super().update(events)
            for item in events.item:
                self.seen[int(item)] = self.seen.get(int(item), 0) + 1

        def score(self, query):
            row = np.array([self.seen.get(i, 0) for i in range(len(self.counts))], float)
            return np.broadcast_to(row, (len(query), len(row)))

    assert "share nothing" in broken(Shared)


LEAKED: list[Any] = []


@pytest.fixture(autouse=True)
def leak(monkeypatch):
    """The whole stream, lying about where a plugin finds it: the mistake that the checks must notice."""

    class Leaky(Timeline):
        def __init__(self, stream, settings=None):
            super().__init__(stream, settings)
            LEAKED[:] = [stream]

    monkeypatch.setattr(checks, "Timeline", Leaky)


def stolen_stream():
    return LEAKED[0]


class Peeker(Honest):
    """Keeps the stream, and looks up the row that it is asked about."""

    def start(self, run):
        self.stream = stolen_stream()
        self.at = 0

    def score(self, query):
        stream = self.stream
        scores = np.zeros((len(query), len(self.counts)))
        for row, (time, user) in enumerate(zip(query.time, query.user, strict=True)):
            same = (stream.time == time) & (stream.user == user)
            # A request of the panel is no event, so there is nothing to look up.
            for item in stream.item[np.flatnonzero(same)[:1]]:
                if item < scores.shape[1]:
                    scores[row, item] = 1
        return scores


def test_a_strategy_that_peeks_is_caught_by_what_it_cannot_know():
    assert "the answers leak" in broken(Peeker)


def test_a_strategy_that_counts_the_whole_stream_is_caught_by_another_future():
    class Prophet(Honest):
        def start(self, run):
            self.stream = stolen_stream()

        def score(self, query):
            counts = np.bincount(self.stream.item, minlength=len(self.counts))[: len(self.counts)]
            return np.broadcast_to(counts, (len(query), len(counts)))

    text = broken(Prophet)
    assert "another item in the future changes no answer" in text
    assert "equal up to event" in text


def test_a_strategy_is_checked_on_every_task_that_it_can_answer():
    class Half(Strategy):
        def predict(self, query):
            return np.full(len(query), 0.5)

    class Clicks(Half):
        tasks = frozenset({"click"})

    assert tasks_of(Clicks()) == ["click"]
    assert tasks_of(Half()) == ["click", "rate", "classify"]
    assert not failures(check_strategy(Clicks))


@pytest.mark.parametrize("task", ["click", "rate", "classify"])
def test_a_peeker_is_caught_whatever_the_task(task):
    class Reader(Strategy):
        tasks = frozenset({task})

        def start(self, run):
            self.stream = stolen_stream()

        def predict(self, query):
            labels = self.stream.label
            rows = [np.flatnonzero((self.stream.features["x"] == x).all(1))[0] for x in query.features["x"]]
            return np.eye(3)[labels[rows]] if task == "classify" else labels[rows]

    assert "the answers leak" in broken(Reader)


def test_a_strategy_can_be_given_as_an_expression():
    assert not failures(check_strategy("popularity(window='1m')"))
    with pytest.raises(UnknownName):
        check_strategy("popularty()")


def test_what_answers_nothing_is_refused():
    with pytest.raises(PluginError, match="no way to answer"):
        check_strategy(Strategy)
