"""A rehearsal: what the first cell would compile is compiled before it, once for all cells.

Loading the compiled loops costs a second, which a cell of two seconds would otherwise pay each time, and which would
be told as memory of its strategy.
"""

from __future__ import annotations

import numpy as np

from freshmark.contract.arrays import FloatArray, IntArray
from freshmark.contract.events import Events, Query
from freshmark.contract.strategy import Factors, Strategy
from freshmark.contract.stream import Stream
from freshmark.contract.vocabulary import Vocabulary
from freshmark.replay.loop import replay
from freshmark.replay.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline


def rehearse() -> None:
    """Replay a few events through every way to rank, with and without repeats; nothing comes of it."""
    for repeats in (True, False):
        timeline = Timeline(_stream(repeats=repeats), Settings(probes=2))
        for strategy in (_Scores(), _Factors(), _Lists()):
            replay(timeline, strategy, Schedule.parse("10"))


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
    """Thirty events of five users and six items, a second apart; read-only, as what is mapped from disk is.

    For the compiler a column that cannot be written to is of another type. No pandas is needed for it.
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
