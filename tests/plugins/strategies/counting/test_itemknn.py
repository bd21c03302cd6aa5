from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from freshmark import Events
from freshmark_plugins.strategies.counting.itemknn import ItemKNN


def plainly(stream, user, history, gamma, learned):
    """Scores by the formula, from sets; histories unbounded when learning."""
    had: dict[int, list[int]] = defaultdict(list)
    sets: dict[int, set[int]] = defaultdict(set)
    for position, (u, i) in enumerate(zip(stream.user.tolist(), stream.item.tolist(), strict=True)):
        had[u] = [i, *(one for one in had[u] if one != i)]
        if position < learned:
            sets[i].add(u)
    scores = np.zeros(len(stream.items))
    for place, h in enumerate(had[user][:history]):
        for i, users in sets.items():
            if i != h and sets[h]:
                scores[i] += gamma**place * len(users & sets[h]) / np.sqrt(len(users) * len(sets[h]))
    return scores


@pytest.mark.parametrize("gamma", [1.0, 0.8])
@pytest.mark.parametrize("learned", [300, 600])
def test_it_is_the_cosine_of_sets_of_users(stream, events, query, gamma, learned):
    one = ItemKNN(history=1000, gamma=gamma)
    one.fit(events(stream, 0, 250))
    one.update(events(stream, 250, learned))
    one.observe(events(stream, 250, 600))
    scores = one.score(query(np.arange(len(stream.users))))
    for user in range(len(stream.users)):
        exact = plainly(stream, user, 1000, gamma, learned)[: scores.shape[1]]
        assert np.maximum(scores[user], 0) == pytest.approx(exact)


def test_items_without_a_neighbour_follow_by_popularity(query):
    one = ItemKNN()
    one.fit(Events(np.arange(6), np.array([0, 0, 1, 2, 3, 4]), np.array([0, 1, 2, 3, 3, 0])))
    row = one.score(query([4]))[0]  # user 4 had item 0, whose only neighbour is 1
    assert row.argmax() == 1
    assert 0 > row[3] > row[2] > -1


def test_an_item_that_comes_again_is_counted_once():
    once, twice = ItemKNN(), ItemKNN()
    once.fit(Events(np.arange(2), np.zeros(2, np.int64), np.array([0, 1])))
    twice.fit(Events(np.arange(5), np.zeros(5, np.int64), np.array([0, 1, 0, 1, 1])))
    assert twice.pairs.row(0, 2).tolist() == once.pairs.row(0, 2).tolist() == [0, 1]
    assert twice.counts[:2].tolist() == [1, 1]


def test_a_short_history_forgets_the_oldest(query):
    one = ItemKNN(history=2)
    one.fit(Events(np.arange(5), np.array([0, 0, 1, 1, 1]), np.array([0, 1, 2, 3, 0])))
    one.update(Events(np.arange(2), np.array([1, 1]), np.array([4, 5])))
    assert one.pairs.row(5, 6).tolist() == [0, 0, 0, 0, 1, 0]
    assert one.had.of(1) == [0, 3]  # told by the warm-up; what was only learned is no context


def test_baskets_of_one_time_pair_up(query):
    one = ItemKNN()
    one.fit(Events(np.zeros(3, np.int64), np.zeros(3, np.int64), np.array([0, 1, 2])))
    assert [one.pairs.row(i, 3).tolist() for i in range(3)] == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]


def test_memory_follows_pairs_not_items_squared(query):
    n = 20_000
    one = ItemKNN()
    one.fit(Events(np.arange(n), np.arange(n) // 2, np.arange(n)))  # 20,000 items, 10,000 pairs
    assert sum(array.nbytes for array in one.state().values()) < 4e6
