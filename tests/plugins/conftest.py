"""Small drifting streams, and what leads a strategy through them by hand."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from freshmark import Events, Query, Run, Stream, stream_of
from freshmark.contract.past import Past
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline
from freshmark.testing.streams import small_stream

HOUR = 3_600_000_000


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """As in a cell."""
    torch.set_num_threads(1)


def log(n: int = 600, seed: int = 0, *, users: int = 40, items: int = 60) -> Stream:
    """Users like items near a place that wanders; ties, repeats, new users and new items all occur."""
    draw = np.random.default_rng(seed)
    time = np.sort(draw.integers(0, n // 3, n)) * HOUR // 2
    user = draw.integers(0, 5 + users * np.arange(1, n + 1) // n)
    centre = 3.0 * user + 40.0 * np.arange(n) / n
    item = (centre + draw.exponential(3.0, n)).astype(int) % items
    return stream_of(name="wandering", task="rank", time=time, user=user, item=item)


@pytest.fixture(scope="session")
def stream() -> Stream:
    return log()


@pytest.fixture(scope="session")
def make_log():
    return log


def clicked(n: int = 600, seed: int = 0) -> Stream:
    """Impressions whose clicks depend on two features, the more the later."""
    draw = np.random.default_rng(seed)
    x = draw.standard_normal((n, 2)).astype(np.float32)
    chance = 1 / (1 + np.exp(1 - x @ [1.5, -1.0] - 2 * np.arange(n) / n))
    return stream_of(
        name="clicked", task="click", time=np.arange(n) * HOUR, user=draw.integers(0, 20, n),
        item=draw.integers(0, 30, n), label=(draw.random(n) < chance).astype(float), features={"x": x},
    )  # fmt: skip


@pytest.fixture(scope="session")
def small():
    return small_stream


@pytest.fixture(scope="session")
def click_log():
    return clicked


def revealed(stream: Stream, known: int) -> Past:
    past, reveal = Past.with_writer(stream)
    reveal(known)
    return past


def run_of(stream: Stream, known: int, *, past: Past | None = None, seed: int = 0) -> Run:
    past = revealed(stream, known) if past is None else past
    return Run(
        task=stream.task,
        seed=seed,
        rng=np.random.default_rng(seed),
        past=past,
        users=int(stream.user[:known].max(initial=-1)) + 1,
        items=int(stream.item[:known].max(initial=-1)) + 1,
        classes=len(stream.classes),
        features={name: column[:0] for name, column in stream.features.items()},
        repeats=stream.repeats,
    )


def events_of(stream: Stream, begin: int, end: int) -> Events:
    rows = slice(begin, end)
    return Events(
        stream.time[rows],
        stream.user[rows].astype(np.int64),
        stream.item[rows].astype(np.int64),
        None if stream.label is None else stream.label[rows],
        {name: column[rows] for name, column in stream.features.items()},
    )


def query_of(user, *, time=10**15, candidates=1000, item=None, features=None) -> Query:
    user = np.asarray(user, np.int64)
    return Query(
        np.full(len(user), time),
        user,
        None if item is None else np.asarray(item, np.int64),
        np.full(len(user), candidates),
        features or {},
    )


class Walk:
    """A strategy led through a stream by hand: warm-up, then updates, with the past that belongs to each."""

    def __init__(self, strategy, stream: Stream, *, known: int = 200, seed: int = 0) -> None:
        self.strategy, self.stream, self.known = strategy, stream, known
        past, self.reveal = Past.with_writer(stream)
        self.reveal(known)
        self.run = run_of(stream, known, past=past, seed=seed)
        strategy.start(self.run)
        strategy.fit(events_of(stream, 0, known))

    def update(self, *ends: int):
        for end in ends:
            events = events_of(self.stream, self.known, end)
            self.strategy.observe(events)
            self.reveal(end)
            self.strategy.update(events)
            self.known = end
        return self.strategy

    def __deepcopy__(self, memo):
        """The strategy is copied, and goes on in a past of its own; the stream is shared."""
        twin = copy.copy(self)
        past, twin.reveal = Past.with_writer(self.stream)
        twin.reveal(self.known)
        twin.run = replace(self.run, past=past)
        twin.strategy = copy.deepcopy(self.strategy, {id(self.run): twin.run})
        return twin


@pytest.fixture(scope="session")
def walk():
    return Walk


@pytest.fixture(scope="session")
def query():
    return query_of


@pytest.fixture(scope="session")
def events():
    return events_of


@pytest.fixture(scope="session")
def start_run():
    return run_of


def scores_of(strategy, query: Query) -> np.ndarray:
    """(n, m) whichever way it answers."""
    if hasattr(strategy, "factors"):
        answer = strategy.factors(query)
        scores = np.asarray(answer.user @ answer.item.T)
        return scores if answer.bias is None else scores + answer.bias
    return np.array(strategy.score(query))


@pytest.fixture(scope="session")
def scores():
    return scores_of


def ranks_of(strategy, stream: Stream, *, every: str = "6h", batch: int = 4096, seed: int = 0, warmup: float = 0.3):
    """(n,) outcomes of a replay."""
    line = Timeline(stream, Settings(probes=3, batch=batch, warmup=warmup))
    return replay(line, strategy, Schedule.parse(every=every, delay="0s"), seed=seed).tables["outcomes"]["rank"]


@pytest.fixture(scope="session")
def ranks():
    return ranks_of


def same(one, other) -> None:
    """Both have the same state, to the last bit."""
    first, second = one.state(), other.state()
    assert first.keys() == second.keys()
    for name, array in first.items():
        assert np.array_equal(array, second[name], equal_nan=array.dtype.kind == "f"), name


@pytest.fixture(scope="session")
def assert_same_state():
    return same
