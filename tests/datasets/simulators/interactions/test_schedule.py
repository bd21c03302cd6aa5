"""The drift that is measured in a stream's events is the one that its schedule says, and nothing else moves.

Only what anyone sees is used: the events, the topic in an item's id, and ``Stream.drifts``.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from freshmark.contract.streams.stream import SECOND
from freshmark_datasets.simulators.interactions.drift import drift
from freshmark_datasets.simulators.rhythm import DAY, START

STILL = {"half_life_days": None, "lifetime_days": None, "initial_users": 1.0, "initial_items": 1.0}
SPAN = 90


@cache
def planted(schedule):
    return simulated("small", drifts=schedule, events=60_000, share=0.5, **STILL)


@cache
def simulated(preset, seed=0, **overrides):
    return drift(preset, seed=seed, **overrides).load()


def topics(stream):
    return np.array([int(name.split(".t")[1]) for name in stream.items])[stream.item]


def shares(values, rows, size):
    return np.bincount(values[rows], minlength=size) / np.count_nonzero(rows)


def between(stream, begin, end):
    """Rows from share ``begin`` to share ``end`` of the span."""
    place = (stream.time / SECOND - START) / (SPAN * DAY)
    return (place >= begin) & (place < end)


def variation(one, other):
    """Total variation: the largest difference in probability that any event can have."""
    return np.abs(one - other).sum() / 2


class Topics:
    """Topic shares of the affected (or the spared) users of a stream's first drift."""

    def __init__(self, stream, *, affected=True):
        self.stream = stream
        self.topic = topics(stream)
        self.who = np.isin(stream.user, stream.drifts[0].users) == affected

    def __call__(self, begin, end):
        return shares(self.topic, self.who & between(self.stream, begin, end), self.topic.max() + 1)


NOISE = 0.04
"""Of a total variation between two samples of one distribution of about 8,000 events in 10 topics."""


@pytest.mark.parametrize(
    ("schedule", "end"),
    [("sudden@0.5", 0.5), ("gradual@0.45-0.55", 0.55), ("incremental@0.45-0.55", 0.55), ("recurring@0.4-0.7", 0.5)],
)
def test_the_affected_move_and_the_spared_do_not(schedule, end):
    stream = planted(schedule)
    begin = (stream.drifts[0].begin / SECOND - START) / (SPAN * DAY)
    affected, spared = Topics(stream), Topics(stream, affected=False)
    length = 0.1 if "recurring" in schedule else 0.4
    begin_after = begin if "recurring" in schedule else end
    assert variation(affected(0, begin), affected(begin_after, begin_after + length)) > 4 * NOISE
    assert variation(spared(0, begin), spared(begin_after, begin_after + length)) < NOISE


def test_the_affected_are_the_requested_share():
    stream = planted("sudden@0.5")
    assert len(stream.drifts[0].users) / len(stream.users) == pytest.approx(0.5, abs=0.06)
    assert stream.drifts[0].items == ()


def test_a_sudden_drift_happens_at_its_moment():
    topic = Topics(planted("sudden@0.5"))
    before, after = topic(0.0, 0.5), topic(0.5, 1.0)
    assert variation(topic(0.44, 0.5), before) < variation(topic(0.44, 0.5), after) / 2
    assert variation(topic(0.5, 0.56), after) < variation(topic(0.5, 0.56), before) / 2


def progress(topic, begin, end, before, after):
    """How far along the way from ``before`` to ``after`` a span lies, by projection."""
    way = after - before
    return (topic(begin, end) - before) @ way / (way @ way)


def test_a_gradual_drift_is_half_way_at_its_middle():
    topic = Topics(planted("gradual@0.4-0.8"))
    before, after = topic(0.0, 0.4), topic(0.8, 1.0)
    passed = [progress(topic, begin, begin + 0.1, before, after) for begin in (0.4, 0.5, 0.6, 0.7)]
    np.testing.assert_allclose(passed, [0.125, 0.375, 0.625, 0.875], atol=0.12)
    middle = topic(0.55, 0.65)
    assert variation(middle, (before + after) / 2) < NOISE + 0.01


def test_an_incremental_drift_is_not_a_mixture_of_old_and_new():
    topic = Topics(planted("incremental@0.4-0.8"))
    before, after = topic(0.0, 0.4), topic(0.8, 1.0)
    middle = topic(0.55, 0.65)
    nearest = min(variation(middle, (1 - part) * before + part * after) for part in np.linspace(0, 1, 21))
    assert nearest > 2 * NOISE


def test_a_recurring_drift_returns_and_comes_again_to_the_same():
    stream = planted("recurring@0.4-0.85")
    topic = Topics(stream)
    home, away, back, again, last = (
        topic(*span) for span in ((0, 0.4), (0.4, 0.55), (0.55, 0.7), (0.7, 0.85), (0.85, 1.0))
    )
    assert variation(home, away) > 4 * NOISE
    assert max(variation(home, back), variation(home, last), variation(away, again)) < NOISE + 0.01
    assert [one.kind for one in stream.drifts] == ["recurring", "recurring"]
    assert stream.drifts[0].users == stream.drifts[1].users
    edges = [(edge / SECOND - START) / (SPAN * DAY) for one in stream.drifts for edge in (one.begin, one.end)]
    np.testing.assert_allclose(edges, [0.4, 0.55, 0.7, 0.85], atol=1e-6)


def test_a_popularity_turnover_moves_the_affected_items_and_neither_the_others_nor_the_topics():
    stream = planted("popularity@0.5")
    (turnover,) = stream.drifts
    assert turnover.users == ()
    affected = np.isin(stream.item, turnover.items)
    before, after = between(stream, 0.0, 0.5), between(stream, 0.5, 1.0)

    def moved(who):
        size = len(stream.items)
        return variation(shares(stream.item, who & before, size), shares(stream.item, who & after, size))

    assert moved(affected) > 0.6
    assert moved(~affected) < 0.12
    topic = topics(stream)
    assert variation(shares(topic, before, 10), shares(topic, after, 10)) < NOISE
    first = np.bincount(stream.item[before & affected], minlength=len(stream.items)).argmax()
    assert np.count_nonzero(stream.item[after] == first) < np.count_nonzero(stream.item[before] == first) / 10


@pytest.mark.parametrize("seed", range(3))
def test_on_the_null_preset_nothing_moves(seed):
    stream = simulated("null", seed)
    assert stream.drifts == ()
    half = len(stream) // 2
    for column, size in ((stream.item, len(stream.items)), (stream.user, len(stream.users))):
        counts = np.array([np.bincount(part, minlength=size) for part in (column[:half], column[half:])])
        counts = counts[:, counts.sum(axis=0) >= 10]
        expected = counts.sum(axis=0) / 2
        chi = ((counts - expected) ** 2 / expected).sum()
        freedom = counts.shape[1] - 1
        assert chi < freedom + 3 * np.sqrt(2 * freedom)


def test_on_the_null_preset_everyone_and_nearly_everything_is_known_after_the_warm_up():
    stream = simulated("null")
    warm = int(len(stream) * 0.3)
    assert len(np.unique(stream.user[:warm])) == len(stream.users)
    assert np.isinf(stream.oracle[warm:]).sum() <= 2
    assert np.bincount(stream.user[:warm]).min() >= 40


def popularity_hits(stream, every):
    """Share of test events whose item is among the ten most popular by the counts of the last multiple of ``every``."""
    warm = int(len(stream) * 0.3)
    first = np.sort([np.argmax(stream.item == item) for item in range(len(stream.items))])
    counts = np.bincount(stream.item[:warm], minlength=len(stream.items))
    hits, due = 0, stream.time[warm]
    for row in range(warm, len(stream)):
        if every and stream.time[row] >= due:
            known = np.searchsorted(stream.time, stream.time[row] - (stream.time[row] - stream.time[warm]) % every)
            counts = np.bincount(stream.item[:known], minlength=len(stream.items))
            due = stream.time[row] - (stream.time[row] - stream.time[warm]) % every + every
        known = np.searchsorted(first, np.searchsorted(stream.time, stream.time[row]))
        item = stream.item[row]
        if item < known:
            score = counts[:known]
            hits += 1 + (score > score[item]).sum() + ((score == score[item]).sum() - 1) / 2 <= 10
    return hits / (len(stream) - warm)


def test_updating_pays_on_a_drifting_preset_and_not_on_the_null_preset():
    small, null = simulated("small"), simulated("null", events=20_000)
    assert popularity_hits(small, DAY * SECOND) > 1.5 * popularity_hits(small, None)
    assert np.mean(small.oracle[6_000:] <= 10) > 3 * popularity_hits(small, DAY * SECOND)
    assert popularity_hits(null, DAY * SECOND) == pytest.approx(popularity_hits(null, None), abs=0.005)
