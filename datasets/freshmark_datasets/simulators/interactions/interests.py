"""Interests: what each user wants, and how that changes.

θ_u(t) moves through a list of **concepts**, tables with one Dirichlet row per user, along a timetable of stages:
during a stage, θ_u(t) = (1 − r) · concept[source] + r · concept[target], with r rising from 0 to 1. Every kind of
drift is one or a few stages; an unaffected user has the same row in both concepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from freshmark import BoolArray, FloatArray, IntArray

from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.interactions.presets import Options


@dataclass(frozen=True, slots=True)
class Change:
    """One shift of interests, in seconds.

    kind: ``sudden``, ``gradual``, ``recurring`` or ``incremental``
    begin, end: int, seconds since the start
    affected: (users,) bool
    """

    kind: str
    begin: int
    end: int
    affected: BoolArray

    @property
    def spans(self) -> list[tuple[int, int]]:
        """When interests differ from their start: twice for ``recurring``, otherwise once."""
        if self.kind != "recurring":
            return [(self.begin, self.end)]
        first, second, third, last = np.linspace(self.begin, self.end, 4).astype(np.int64).tolist()
        return [(first, second), (third, last)]


@dataclass(frozen=True, slots=True)
class Interests:
    """Concepts and their timetable.

    concepts: (concepts, users, topics), rows sum to 1
    begin, end: (stages,) int64, seconds; stages follow each other without a gap
    source, target: (stages,) the concept at the begin and at the end of each stage
    """

    concepts: FloatArray
    begin: IntArray
    end: IntArray
    source: IntArray
    target: IntArray

    def turn(self, time: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
        """For each time: the old concept, the new one, and the progress in [0, 1] from one to the other."""
        stage = np.searchsorted(self.begin, time, side="right") - 1
        source, target = self.source[stage], self.target[stage]
        length = self.end[stage] - self.begin[stage]
        passed = np.where(source == target, 0.0, (time - self.begin[stage]) / length)
        return source, target, passed

    def share(self, user: IntArray, time: IntArray) -> FloatArray:
        """(n, topics) θ of each user at each time."""
        source, target, passed = self.turn(time)
        theta = self.concepts[source, user]
        turning = np.flatnonzero(source != target)
        weight = passed[turning, np.newaxis]
        theta[turning] = (1.0 - weight) * theta[turning] + weight * self.concepts[target[turning], user[turning]]
        return theta

    def draw(self, draws: Draws, user: IntArray, time: IntArray) -> IntArray:
        """(n,) a topic for each user and time, drawn by θ: first the concept, then the topic."""
        source, target, passed = self.turn(time)
        concept = np.where(draws.uniform("interests/concept", len(user)) < passed, target, source)
        users, topics = self.concepts.shape[1:]
        reach = np.cumsum(self.concepts, axis=2).reshape(-1, topics)
        row = concept * users + user
        point = draws.uniform("interests/topic", len(user)) * reach[row, -1]
        return _find(reach, row, point)


def _find(reach: FloatArray, row: IntArray, point: FloatArray) -> IntArray:
    """(n,) how many of the row's sums are ≤ the point, by a binary search in all rows at once."""
    columns = reach.shape[1]
    flat = reach.reshape(-1)
    base = row * columns
    low = np.zeros(len(row), np.int64)
    step = 1 << max(columns - 1, 0).bit_length()
    while step := step >> 1:
        probe = np.minimum(low + step, columns)
        low = np.where(flat[base + probe - 1] <= point, probe, low)
    column: IntArray = np.minimum(low, columns - 1)
    return column


def interests(draws: Draws, chosen: Options) -> FloatArray:
    """(users, topics) θ before any drift: Dirichlet, mixed with a uniform share of all topics."""
    share = (np.arange(chosen.topics) + 1.0) ** -chosen.topic_skew
    parameters = np.minimum(chosen.concentration * share / np.cumsum(share)[-1], 1.0)
    drawn = draws.dirichlet("interests", parameters, chosen.users)
    theta: FloatArray = (1.0 - chosen.wander) * drawn + chosen.wander / chosen.topics
    return theta


def schedule_changes(first: FloatArray, changes: Sequence[Change]) -> Interests:
    """Interests that start with ``first`` and undergo the changes, which are sorted and do not overlap."""
    concepts = [first]
    stages = [(np.iinfo(np.int64).min, 0, 0)]  # begin, source, target
    for change in changes:
        now = stages[-1][1]
        path = _path(change, concepts, now)
        edges = np.linspace(change.begin, change.end, len(path) + 1).astype(np.int64)
        stages += [(int(edge), *leg) for edge, leg in zip(edges, path, strict=False)]
        after = now if change.kind == "recurring" else path[-1][1]
        if change.kind == "sudden":
            continue
        stages.append((change.end, after, after))
    begin, source, target = (np.array(column, np.int64) for column in zip(*stages, strict=True))
    end = np.append(begin[1:], np.iinfo(np.int64).max)
    return Interests(np.stack(concepts), begin, end, source, target)


def _path(change: Change, concepts: list[FloatArray], now: int) -> list[tuple[int, int]]:
    """The stages (source, target) of a change; new concepts are appended to ``concepts``."""
    topics = concepts[now].shape[1]

    def other(of: int, steps: int) -> int:
        concepts.append(_moved(concepts[of], change.affected, steps))
        return len(concepts) - 1

    if change.kind == "sudden":
        new = other(now, topics // 2)
        return [(new, new)]
    if change.kind == "gradual":
        return [(now, other(now, max(1, topics // 3)))]
    if change.kind == "recurring":
        new = other(now, max(1, topics // 4))
        return [(new, new), (now, now), (new, new)]
    nearer = other(now, 1)
    nearest = other(nearer, 1)
    return [(now, nearer), (nearer, nearest), (nearest, other(nearest, 1))]


def _moved(theta: FloatArray, affected: BoolArray, steps: int) -> FloatArray:
    """θ with the interests of affected users moved to other topics, with the same shares."""
    moved = theta.copy()
    moved[affected] = np.roll(theta[affected], steps, axis=1)
    return moved
