"""Replay buffers: which past events are stored, and how they are sampled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, TypeAlias

import numpy as np
from freshmark import TASKS, AnyArray, Events, FloatArray, IntArray, Task, UnknownName, UsageError

from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.growth import bincount, row_count, with_room
from freshmark_plugins.training.event_sets import columns_of, concatenated, subset

Losses: TypeAlias = Callable[[Events], FloatArray]
"""(n,) the loss of each event now."""


class Buffer:
    """At most ``size`` events. A subclass says which slot a new event goes to, and the sampling weights.

    Memory: a row of the stream for each stored event.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset(TASKS)

    def __init__(self, size: int, task: Task, draw: np.random.Generator) -> None:
        if size < 0:
            raise UsageError(f"a buffer has size={size}", remedy="0 or more events")
        self.size, self.task, self.draw = size, task, draw
        self.seen = 0
        self.held: Events | None = None

    def __len__(self) -> int:
        return 0 if self.held is None else len(self.held)

    def add(self, events: Events) -> tuple[IntArray, IntArray]:
        """Store some of these new events: (k,) the slots that changed, ascending, and (k,) the rows stored in them."""
        slots = self.slots(events) if self.size else np.full(len(events), -1)
        self.seen += len(events)
        slot, back = np.unique(slots[::-1], return_index=True)  # of two events for one slot the later one stays
        slot, row = slot[slot >= 0], (len(events) - 1 - back)[slot >= 0]
        if len(slot):
            pool = events[row] if self.held is None else concatenated([self.held, events[row]])
            source = np.arange(max(len(self), row_count(slot)))
            source[slot] = len(self) + np.arange(len(slot))
            self.held = subset(pool, source)
        return slot, row

    def slots(self, events: Events) -> IntArray:
        """(n,) the slot of each new event, −1 for none; free slots are filled in order."""
        raise NotImplementedError

    def weights(self, events: Events, losses: Losses) -> FloatArray | None:
        """(n,) sampling weights, not normalised; None: uniform."""
        del events, losses
        return None

    def sample(self, events: Events, count: int, losses: Losses) -> IntArray:
        """(min(count, n),) distinct rows of these events, sampled by weight, ascending."""
        if count >= len(events):
            return np.arange(len(events))
        weights = self.weights(events, losses)
        chance = None if weights is None else weights / weights.sum()
        return np.sort(self.draw.choice(len(events), count, replace=False, p=chance))

    def state(self) -> Mapping[str, AnyArray]:
        """The columns of the stored events."""
        return {} if self.held is None else columns_of("buffer", self.held)


class Reservoir(Buffer):
    """A uniform sample of all events so far: algorithm R of Vitter, TOMS 1985."""

    def slots(self, events: Events) -> IntArray:
        """The n-th event goes to slot n, or once the buffer is full to a random one of 0 … n if that slot exists."""
        nth = self.seen + np.arange(len(events))
        drawn = np.where(nth < self.size, nth, self.draw.integers(0, nth + 1))
        return np.where(drawn < self.size, drawn, -1)


class Fifo(Buffer):
    """The newest events."""

    def slots(self, events: Events) -> IntArray:
        """Cyclic."""
        return (self.seen + np.arange(len(events))) % self.size


class InverseDegree(Reservoir):
    """A reservoir sampled with weight 1 / (events of the user so far), so that rare users count like others.

    Ahrabian et al., CIKM 2021 (structure aware experience replay).
    """

    def __init__(self, size: int, task: Task, draw: np.random.Generator) -> None:
        super().__init__(size, task, draw)
        self.degree: IntArray = np.zeros(0, np.int64)

    def slots(self, events: Events) -> IntArray:
        """Those of the reservoir; events per user are counted too."""
        users = row_count(events.user)
        self.degree = with_room(self.degree, users)
        self.degree[:users] += bincount(events.user, users)
        return super().slots(events)

    def weights(self, events: Events, losses: Losses) -> FloatArray:
        """1 / degree; a user never offered to the buffer has degree 1."""
        del losses
        degree = with_room(self.degree, row_count(events.user))[events.user]
        return 1.0 / np.maximum(degree, 1)


class ByLoss(Reservoir):
    """A reservoir sampled in proportion to the current loss.

    Schaul et al., ICLR 2016 (prioritised replay, α = 1, priorities recomputed at each draw).
    """

    def weights(self, events: Events, losses: Losses) -> FloatArray:
        """The losses, bounded below so that every event can be drawn."""
        return np.maximum(losses(events), 1e-9)


class ClassBalanced(Buffer):
    """Equally many events of each class: items in ranking tasks, labels elsewhere.

    Everything is stored while there is room. Then an event of a class that never was the largest replaces a random
    one of the largest, and other classes remain uniform samples of themselves.
    Chrysakis & Moens, ICML 2020 (class-balancing reservoir sampling). O(size) per event, compiled.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank", "click", "classify"})

    def __init__(self, size: int, task: Task, draw: np.random.Generator) -> None:
        super().__init__(size, task, draw)
        self.kind: IntArray = np.full(size, -1)  # of each slot
        self.counts: IntArray = np.zeros((0, 3), np.int64)  # by class: seen, held, whether it ever was the largest

    def slots(self, events: Events) -> IntArray:
        """The algorithm of the class."""
        kinds = (events.item if events.label is None or self.task == "rank" else events.label).astype(np.int64)
        self.counts = with_room(self.counts, row_count(kinds))
        chances = self.draw.random((len(events), 2))
        return _balanced(self.kind, self.counts, kinds, chances)


@compiled
def _balanced(kind: IntArray, counts: IntArray, kinds: IntArray, chances: FloatArray) -> IntArray:
    slots = np.full(len(kinds), -1)
    for event in range(len(kinds)):
        new = kinds[event]
        counts[new, 0] += 1
        largest = _mark_largest(kind, counts)
        keep, where = chances[event, 0], chances[event, 1]
        if kind[-1] < 0:
            slot = _nth(kind, counts, 0.0, -1, 0)
        elif not counts[new, 2]:
            slot = _nth(kind, counts, where, -2, largest)
        elif keep * counts[new, 0] < counts[new, 1]:
            slot = _nth(kind, counts, where, new, 0)
        else:
            continue
        if kind[slot] >= 0:
            counts[kind[slot], 1] -= 1
        kind[slot] = new
        counts[new, 1] += 1
        slots[event] = slot
    return slots


@compiled
def _mark_largest(kind: IntArray, counts: IntArray) -> int:
    """The size of the largest class, which is marked as having been the largest; 0 while there is room."""
    if kind[-1] < 0:
        return 0
    largest = 0
    for slot in range(len(kind)):
        largest = max(largest, counts[kind[slot], 1])
    for slot in range(len(kind)):
        if counts[kind[slot], 1] == largest:
            counts[kind[slot], 2] = 1
    return largest


@compiled
def _nth(kind: IntArray, counts: IntArray, where: float, wanted: int, largest: int) -> int:
    """The slot at this fraction (0 ≤ where < 1) of the slots of a class; −2: of all classes that are the largest."""
    matches = 0
    for slot in range(len(kind)):
        if kind[slot] == wanted or (wanted == -2 and counts[kind[slot], 1] == largest):  # noqa: PLR2004
            matches += 1
    left = int(where * matches)
    for slot in range(len(kind)):
        if kind[slot] == wanted or (wanted == -2 and counts[kind[slot], 1] == largest):  # noqa: PLR2004
            if not left:
                return slot
            left -= 1
    return -1


BUFFERS: Mapping[str, type[Buffer]] = {
    "reservoir": Reservoir,
    "fifo": Fifo,
    "class_balanced": ClassBalanced,
    "inverse_degree": InverseDegree,
    "loss": ByLoss,
}


def buffer_named(name: str) -> type[Buffer]:
    """The buffer class of this name.

    Raises:
        UnknownName: no buffer has this name.
    """
    if name not in BUFFERS:
        raise UnknownName("buffer", name, BUFFERS)
    return BUFFERS[name]
