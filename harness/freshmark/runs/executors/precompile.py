"""A rehearsal: compile before the first cell what it would otherwise compile, once for all cells.

Loading the compiled loops of the harness takes a second, which every cell would pay, and counts as memory of its
strategy. The loops of a strategy are compiled on their first call and cached on disk: on a new machine, its first cell
alone would pay seconds and 50 MB.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import Any

import numpy as np

from freshmark.contract.arrays import FloatArray, IntArray
from freshmark.contract.events import Events, Query
from freshmark.contract.strategy import Factors, Strategy
from freshmark.contract.streams.prefix import first_events
from freshmark.contract.streams.stream import Stream
from freshmark.contract.streams.vocabulary import Vocabulary
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline

REHEARSAL_EVENTS = 200
"""Events of the stream that a strategy is rehearsed on."""


def rehearse() -> None:
    """Replay a few events through every way to rank, with and without repeats; the result is discarded."""
    for repeats in (True, False):
        timeline = Timeline(_stream(repeats=repeats), Settings(probes=2))
        for strategy in (_Scores(), _Factors(), _Lists()):
            replay(timeline, strategy, Schedule.parse("10"))


def compiles(packages: Collection[str]) -> bool:
    """Whether a loaded module of these packages has a function compiled by numba."""
    numba = sys.modules.get("numba")
    if numba is None:
        return False
    loaded = [module for name, module in sys.modules.copy().items() if name.partition(".")[0] in packages]
    return any(
        isinstance(value, numba.core.dispatcher.Dispatcher) for module in loaded for value in vars(module).values()
    )


def try_out(stream: Stream, strategy: Strategy | Any) -> None:
    """Replay the first events of a stream through a strategy, with the column types that its cells will see."""
    replay(
        Timeline(first_events(stream, min(REHEARSAL_EVENTS, len(stream))), Settings(probes=2)),
        strategy,
        Schedule.parse("10"),
        matrix=False,
    )


class _Silent(Strategy):
    def update(self, events: Events) -> None:
        """Learn nothing."""


class _Scores(_Silent):
    def score(self, query: Query) -> FloatArray:
        return np.zeros((len(query), 4))


class _Factors(_Silent):
    def factors(self, query: Query) -> Factors:
        ones = np.ones((max(len(query), 4), 2), np.float32)
        return Factors(ones[: len(query)], ones[:4], np.zeros(4, np.float32))


class _Lists(_Silent):
    def recommend(self, query: Query, k: int) -> IntArray:
        return np.tile(np.arange(min(k, 4)), (len(query), 1))


def _stream(*, repeats: bool) -> Stream:
    """Thirty events of five users and six items, a second apart; read-only, like columns mapped from disk.

    To the compiler, a read-only column is of another type. Built without ``stream_of``, which imports pandas.
    """
    at = np.arange(30, dtype=np.int64)
    time, user, item = at * 1_000_000, (at % 5).astype(np.int32), (at % 6).astype(np.int32)
    for column in (time, user, item):
        column.flags.writeable = False
    return Stream(
        name="rehearsal",
        task="rank",
        time=time,
        user=user,
        item=item,
        users=Vocabulary.of(range(5)),
        items=Vocabulary.of(range(6)),
        repeats=repeats,
    )
