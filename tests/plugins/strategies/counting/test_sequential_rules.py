from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from freshmark import Events
from freshmark_plugins.strategies.counting.sequential_rules import SequentialRules
from freshmark_plugins.strategies.counting.transition import Transition

HOUR = 3_600_000_000


def sessions_of(events, idle):
    """Whole sessions, cut where a user was idle for too long: user → lists of items, and the last time."""
    found: dict[int, list[list[int]]] = defaultdict(list)
    ended: dict[int, int] = {}
    for time, user, item in zip(events.time.tolist(), events.user.tolist(), events.item.tolist(), strict=True):
        if user not in ended or time - ended[user] > idle:
            found[user].append([])
        found[user][-1].append(item)
        ended[user] = time
    return found, ended


def brute(events, idle, order):
    rules: dict[tuple[int, int], float] = defaultdict(float)
    for sessions in sessions_of(events, idle)[0].values():
        for session in sessions:
            for place, item in enumerate(session):
                for gap in range(1, min(order, place) + 1):
                    rules[session[place - gap], item] += 1 / gap
    return rules


@pytest.mark.parametrize(("order", "last", "hours"), [(1, 1, None), (10, 3, None), (2, 1, 2), (10, 5, 5), (3, 2, 0)])
def test_it_is_the_rules_that_counting_whole_sessions_gives(stream, events, query, order, last, hours):
    session, idle = (None, 10**18) if hours is None else (f"{hours}h", hours * HOUR)
    one = SequentialRules(order=order, last=last, session=session)
    one.fit(events(stream, 0, 250))
    one.observe(events(stream, 250, 600))
    one.update(events(stream, 250, 400))
    rules = brute(events(stream, 0, 400), idle, order)
    shown, ended = sessions_of(events(stream, 0, 600), idle)
    now, users = int(stream.time[-1]) + HOUR, list(range(len(stream.users)))
    for user, row in zip(users, one.score(query(users, time=now)), strict=True):
        current = shown[user][-1][::-1][:last] if now - ended[user] <= idle else []
        expected = [sum(rules[a, b] / k for k, a in enumerate(current, 1)) for b in range(len(row))]
        assert np.maximum(row, 0) == pytest.approx(expected), user


@pytest.mark.parametrize("order", [1, 4])
def test_with_one_item_that_scores_and_no_sessions_it_is_transition(walk, stream, query, assert_same_state, order):
    one = walk(SequentialRules(order=order, last=1), stream).update(400, 600)
    assert_same_state(one, walk(Transition(order=order), stream).update(400, 600))


def test_a_session_that_is_over_scores_no_longer(query):
    one = SequentialRules(session="1h")
    one.fit(Events(np.array([0, 1, 2]), np.array([0, 0, 1]), np.array([0, 1, 0])))
    assert one.score(query([1], time=HOUR + 2))[0].argmax() == 1
    assert one.score(query([1], time=HOUR + 2))[0].max() > 0
    assert one.score(query([1], time=HOUR + 3))[0].max() < 0
