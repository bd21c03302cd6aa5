from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from freshmark import Events
from freshmark_plugins.strategies.counting.repeat_popularity import RepeatPopularity


def test_own_counts_come_first_then_popularity(stream, events, query):
    one = RepeatPopularity()
    one.fit(events(stream, 0, 200))
    one.observe(events(stream, 200, 600))
    one.update(events(stream, 200, 400))
    own = Counter(zip(stream.user.tolist(), stream.item.tolist(), strict=True))
    counts = np.bincount(stream.item[:400])
    users = list(range(len(stream.users)))
    for user, row in zip(users, one.score(query(users)), strict=True):
        expected = sorted(range(len(row)), key=lambda i: (-own[user, i], 0 if own[user, i] else -counts[i], i))
        assert np.argsort(-row, kind="stable").tolist() == expected
        assert np.maximum(row, 0).tolist() == [own[user, i] for i in range(len(row))]


def test_what_a_user_takes_counts_at_once_and_items_are_known_by_updates(query):
    one = RepeatPopularity()
    one.fit(Events(np.arange(2), np.array([0, 1]), np.array([0, 1])))
    one.observe(Events(np.array([5, 6]), np.array([0, 0]), np.array([1, 7])))
    assert one.score(query([0])).tolist() == [[1, 1]]
    assert one.score(query([9]))[0].max() < 0


def test_a_user_who_comes_back_is_answered_without_any_update(make_log, ranks):
    """Of users and items that the warm-up had, hits are the same whether it is updated or not."""
    log = make_log(2000, users=1)
    hits = [(ranks(RepeatPopularity(), log, every=every) <= 10).mean() for every in ("never", "6h")]
    assert hits[0] == pytest.approx(hits[1], rel=0.2)
