from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from freshmark import Events
from freshmark_plugins.strategies.counting.transition import Transition


def told(users, items, **options):
    one = Transition(**options)
    one.fit(Events(np.arange(len(users)), np.array(users), np.array(items)))
    return one


def test_followers_of_the_last_item_come_first_then_popularity(query):
    one = told([0, 0, 1, 1, 2, 3, 3, 3], [0, 1, 0, 1, 0, 2, 2, 2])
    row = one.score(query([2]))[0]  # user 2 had item 0, after which item 1 came twice
    assert row[1] == 2
    assert 0 > row[2] > row[0] > -1 or 0 > row[0] == row[2] > -1


def test_context_moves_without_learning(query):
    one = told([0, 0, 1], [0, 1, 1])
    assert one.score(query([1]))[0].max() < 0
    one.observe(Events(np.array([9]), np.array([1]), np.array([0])))
    assert one.score(query([1]))[0].argmax() == 1
    assert one.score(query([1]))[0, 1] == 1


@pytest.mark.parametrize("order", [1, 2, 10])
def test_it_is_the_table_that_plain_counting_gives(stream, events, query, order):
    plain: dict[tuple[int, int], float] = defaultdict(float)
    gone: dict[int, list[int]] = defaultdict(list)
    for user, item in zip(stream.user.tolist(), stream.item.tolist(), strict=True):
        for gap, before in enumerate(reversed(gone[user][-order:]), 1):
            plain[before, item] += 1 / gap
        gone[user].append(item)
    one = Transition(order=order)
    one.fit(events(stream, 0, 250))
    one.observe(events(stream, 250, 600))
    one.update(events(stream, 250, 600))
    users = np.arange(len(stream.users))
    scores = one.score(query(users))
    for user in users.tolist():
        for item, score in enumerate(scores[user]):
            assert max(score, 0) == pytest.approx(plain[gone[user][-1], item])


def test_an_item_that_is_context_but_not_learned_yet_has_no_followers(query):
    one = told([0, 0], [0, 1])
    one.observe(Events(np.array([9]), np.array([1]), np.array([7])))
    assert one.score(query([1])).shape == (1, 2)
    assert one.score(query([1])).max() < 0
