from __future__ import annotations

import numpy as np
from freshmark_plugins.histories.sessions import Sessions, newest, push, push_each
from hypothesis import given
from hypothesis import strategies as st

EVENTS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(0, 5)), max_size=30)


@given(events=EVENTS, idle=st.integers(0, 8), size=st.integers(1, 4))
def test_a_session_is_what_came_since_the_user_was_idle_for_too_long(events, idle, size):
    one, time = Sessions.none(size).grown(3), 0
    plain: dict[int, list[int]] = {0: [], 1: [], 2: []}
    ended = dict.fromkeys(range(3), 0)
    for user, item, step in events:
        time += step
        if time - ended[user] > idle:
            plain[user] = []
        push(one, user, item, time, idle)
        plain[user].insert(0, item)
        ended[user] = time
        for other in range(3):
            expected = plain[other] if time - ended[other] <= idle else []
            found = [newest(one, other, place, time, idle) for place in range(size)]
            assert found == (expected + [-1] * size)[:size]


def test_events_at_once_are_events_one_by_one():
    users, items, times = np.array([0, 1, 0, 0]), np.array([4, 5, 6, 7]), np.array([0, 1, 2, 90])
    one, other = Sessions.none(2).grown(2), Sessions.none(2).grown(2)
    push_each(one, users, items, times, 50)
    for user, item, time in zip(users, items, times, strict=True):
        push(other, user, item, time, 50)
    assert one.items[:2].tolist() == other.items[:2].tolist() == [[7, -1], [5, -1]]
