"""The newest events of each user, and questions asked user by user."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark import Events
from freshmark_plugins.strategies.meta.support_sets import SupportSets, user_by_user


def events(user, time=None, *, label=True):
    user = np.array(user, np.int64)
    time = np.arange(len(user)) if time is None else np.array(time, np.int64)
    return Events(time, user, time.copy(), np.ones(len(user)) if label else None)


def held(supports, user):
    return supports.of[user].time.tolist()


def test_the_newest_events_of_each_user_are_held():
    some = SupportSets(2, labelled=True)
    some.add(events([1, 2, 1, 1, 2]))
    assert (held(some, 1), held(some, 2)) == ([2, 3], [1, 4])
    some.add(events([2, 3], time=[9, 10]))
    assert (held(some, 1), held(some, 2), held(some, 3)) == ([2, 3], [4, 9], [10])


def test_what_comes_late_takes_its_place_in_time():
    some = SupportSets(3, labelled=True)
    some.add(events([1, 1], time=[5, 8]))
    some.add(events([1], time=[6]))
    assert held(some, 1) == [5, 6, 8]


@pytest.mark.parametrize(("time", "earlier"), [(5, None), (6, [5]), (8, [5]), (9, [5, 8])])
def test_only_what_is_earlier_supports(time, earlier):
    some = SupportSets(5, labelled=True)
    some.add(events([1, 1], time=[5, 8]))
    found = some.before(1, time)
    assert (found if found is None else found.time.tolist()) == earlier
    assert some.before(2, time) is None


def test_what_has_no_label_yet_counts_when_it_comes():
    some = SupportSets(5, labelled=True)
    some.observe(events([1], label=False))
    assert some.of == {}
    some.reveal(events([1]))
    assert held(some, 1) == [0]


def test_what_was_observed_with_its_label_does_not_count_twice():
    some = SupportSets(5, labelled=True)
    some.observe(events([1]))
    some.reveal(events([1]))
    assert held(some, 1) == [0]


def asked(users, having):
    calls = []

    def ask(rows, weights):
        calls.append((rows.tolist(), None if weights is None else weights["w"].item()))
        return rows * 10

    answers, order = user_by_user(
        np.array(users, np.int64), lambda user, rows: {"w": torch.tensor(user)} if user in having else None, ask
    )
    return calls, np.concatenate(answers)[order].tolist()


def test_each_user_with_weights_is_asked_alone_and_all_others_at_once():
    calls, answer = asked([3, 1, 2, 3, 1, 4], having={1, 3})
    assert calls == [([1, 4], 1), ([0, 3], 3), ([2, 5], None)]
    assert answer == [0, 10, 20, 30, 40, 50]


def test_whoever_has_weights_the_answers_come_in_the_order_of_the_rows():
    for having in (set(), {1}, {1, 2, 3, 4}):
        assert asked([3, 1, 2, 3, 1, 4], having)[1] == [0, 10, 20, 30, 40, 50]


def test_without_weights_all_users_are_asked_in_order():
    assert asked([3, 1, 2], having=set())[0] == [([0, 1, 2], None)]
    assert asked([], having=set()) == ([([], None)], [])
