from __future__ import annotations

from collections import defaultdict
from math import sqrt

import numpy as np
import pytest
from freshmark import Events
from freshmark_plugins.strategies.counting.userknn import UserKNN


def brute(learned, shown, *, user, items, neighbours):
    """The formula on whole sets: learned and shown are (user, item) pairs in order."""
    had, mine = defaultdict(set), {item for other, item in shown if other == user}
    for other, item in learned:
        had[other].add(item)
    weights = {
        v: len(mine & theirs) / sqrt(len(mine) * len(theirs))
        for v, theirs in had.items()
        if v != user and mine & theirs
    }
    near = sorted(weights, key=lambda v: (-weights[v], v))[:neighbours]
    return [sum(weights[v] for v in near if item in had[v]) for item in range(items)]


def pairs(stream, end):
    return list(zip(stream.user[:end].tolist(), stream.item[:end].tolist(), strict=True))


@pytest.mark.parametrize("neighbours", [1, 4, 1000])
def test_it_is_the_sum_over_the_nearest_users(stream, events, query, neighbours):
    one = UserKNN(neighbours=neighbours, history=1000, users=1000)
    one.fit(events(stream, 0, 250))
    one.update(events(stream, 250, 400))
    one.observe(events(stream, 250, 600))
    users = list(range(len(stream.users)))
    for user, row in zip(users, one.score(query(users)), strict=True):
        expected = brute(pairs(stream, 400), pairs(stream, 600), user=user, items=len(row), neighbours=neighbours)
        assert np.maximum(row, 0) == pytest.approx(expected), user


def test_only_the_newest_of_a_history_and_of_an_items_users_count(query):
    one = UserKNN(history=2, users=1)
    users, items = np.array([0, 0, 0, 1, 2, 1]), np.array([0, 1, 2, 0, 0, 9])
    one.fit(Events(np.arange(6), users, items))
    one.observe(Events(np.array([7]), np.array([5]), np.array([0])))
    row = one.score(query([5]))[0]
    assert np.flatnonzero(row > 0).tolist() == [0], "user 2 took item 0 last; user 1 is forgotten for it"


def test_context_moves_and_nothing_is_learned_from_it(stream, events, query):
    one = UserKNN()
    one.fit(events(stream, 0, 300))
    before = one.score(query([3, 900]))
    one.observe(Events(np.array([9]), np.array([900]), np.array([5])))
    after = one.score(query([3, 900]))
    assert np.array_equal(before[0], after[0])
    assert before[1].max() < 0 < after[1].max()
