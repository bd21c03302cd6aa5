"""A rehearsal: what the first cell would compile is compiled before it, once for all cells.

Loading the compiled loops of the harness costs a second, which a cell of two seconds would otherwise pay each time, and
which would be told as memory of its strategy. Loops of a strategy are compiled when they are first called, and kept on
disk: on a fresh machine its first cell would pay seconds, and 50 MB, that no other pays.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray
from freshmark.contract.events import Events, Query
from freshmark.contract.strategy import Factors, Strategy
from freshmark.contract.streams.stream import Stream
from freshmark.contract.streams.vocabulary import Vocabulary
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline

FEW = 200
"""Events that a strategy is tried out on."""


def rehearse() -> None:
    """Replay a few events through every way to rank, with and without repeats; nothing comes of it."""
    for repeats in (True, False):
        timeline = Timeline(_stream(repeats=repeats), Settings(probes=2))
        for strategy in (_Scores(), _Factors(), _Lists()):
            replay(timeline, strategy, Schedule.parse("10"))


def compiles(packages: Collection[str]) -> bool:
    """Whether a module of these packages that is loaded has a loop for numba."""
    numba = sys.modules.get("numba")
    if numba is None:
        return False
    loaded = [module for name, module in sys.modules.copy().items() if name.partition(".")[0] in packages]
    return any(isinstance(one, numba.core.dispatcher.Dispatcher) for module in loaded for one in vars(module).values())


def try_out(stream: Stream, strategy: Strategy | Any) -> None:
    """Replay the first events of a stream through a strategy: columns of the types that its cells will have."""
    replay(Timeline(beginning(stream), Settings(probes=2)), strategy, Schedule.parse("10"), matrix=False)


def beginning(stream: Stream) -> Stream:
    """The first events, and the users and items that are in them."""
    n = min(FEW, len(stream))

    def first(column: AnyArray | None) -> AnyArray | None:
        return None if column is None else column[:n]

    return replace(
        stream,
        time=stream.time[:n],
        user=stream.user[:n],
        item=stream.item[:n],
        users=Vocabulary.of(range(int(stream.user[:n].max()) + 1)),
        items=Vocabulary.of(range(int(stream.item[:n].max()) + 1)),
        label=first(stream.label),
        features={name: column[:n] for name, column in stream.features.items()},
        oracle=first(stream.oracle),
        label_delay=first(stream.label_delay),
        drifts=(),
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
