from __future__ import annotations

import numpy as np
import pytest
from freshmark_plugins.histories.negative_sampler import NegativeSampler
from hypothesis import given
from hypothesis import strategies as st

EVENTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=40)


def columns(pairs):
    array = np.array(pairs, np.int64).reshape(-1, 2)
    return array[:, 0].copy(), array[:, 1].copy()


@given(pairs=EVENTS)
def test_neither_items_of_the_user_nor_unknown_items_are_drawn(pairs):
    drawn = NegativeSampler(3, seed=(0,)).draw(*columns(pairs))
    had: dict[int, set[int]] = {}
    known = 0
    for (user, item), row in zip(pairs, drawn.tolist(), strict=True):
        had.setdefault(user, set()).add(item)
        known = max(known, item + 1)
        assert not had[user] & set(row)
        assert max(row) < known


@given(pairs=EVENTS, data=st.data())
def test_however_events_are_cut_the_same_is_drawn(pairs, data):
    cut = data.draw(st.integers(0, len(pairs)))
    whole, parts = NegativeSampler(2, seed=(5,)), NegativeSampler(2, seed=(5,))
    cuts = [parts.draw(*columns(part)) for part in (pairs[:cut], pairs[cut:])]
    assert np.array_equal(whole.draw(*columns(pairs)), np.concatenate(cuts))


def test_who_had_everything_is_given_nothing():
    drawn = NegativeSampler(2, seed=(0,)).draw(np.zeros(5, np.int64), np.arange(5))
    assert (drawn == -1).all()


def test_every_other_item_is_as_likely():
    users = np.concatenate([np.full(10, 0), np.arange(1, 9001)])
    items = np.concatenate([np.arange(10), np.full(9000, 3)])
    drawn = NegativeSampler(1, seed=(0,)).draw(users, items)[10:, 0]
    counts = np.bincount(drawn, minlength=10)
    assert counts[3] == 0
    assert np.delete(counts, 3) == pytest.approx(np.full(9, 1000), abs=150)
