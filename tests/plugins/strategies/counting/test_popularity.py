from __future__ import annotations

import numpy as np
import pytest
from freshmark import Events
from freshmark_plugins.strategies.counting.popularity import Popularity
from hypothesis import given
from hypothesis import strategies as st

HOUR = 3_600_000_000


def at(hours, items):
    time = (np.asarray(hours) * HOUR).astype(np.int64)
    return Events(time, np.zeros(len(time), np.int64), np.asarray(items, np.int64))


def bincount(strategy, query):
    row = strategy.score(query([0]))[0]
    return row.tolist()


def test_it_counts_all_so_far(query):
    one = Popularity()
    one.update(at([0, 1, 2], [0, 1, 1]))
    one.update(at([3], [2]))
    assert bincount(one, query) == [1, 2, 1]


@pytest.mark.parametrize(
    ("window", "expected"),
    [("1d", [0, 1, 1]), ("2d", [1, 1, 1]), (1, [0, 0, 1]), (2, [0, 1, 1]), ("update", [0, 0, 1])],
)
def test_a_window_ends_at_the_newest_event(query, window, expected):
    one = Popularity(window=window)
    one.update(at([0, 10], [0, 1]))
    one.update(at([34], [2]))  # the day before it begins at hour 10, that one included
    assert bincount(one, query) == expected


def test_the_first_window_of_updates_is_the_warm_up(query):
    one = Popularity(window="update")
    one.fit(at([0, 10, 20], [0, 1, 1]))
    assert bincount(one, query) == [1, 2]


def test_items_that_left_the_window_are_still_known(query):
    one = Popularity(window=1)
    one.update(at([0, 1, 2], [5, 1, 0]))
    assert bincount(one, query) == [1, 0, 0, 0, 0, 0]


def test_an_event_counts_half_after_the_half_life(query):
    one = Popularity(half_life="1d")
    one.update(at([0, 24], [0, 1]))
    zero, fresh = bincount(one, query)
    assert zero / fresh == 0.5


def test_the_order_under_half_lives_is_that_of_the_sum(query):
    draw = np.random.default_rng(0)
    hours, items = np.sort(draw.uniform(0, 400, 300)), draw.integers(0, 9, 300)
    one = Popularity(half_life="36h")
    one.update(at(hours, items))
    exact = np.array([(2 ** (-(hours[-1] - hours[items == i]) / 36)).sum() for i in range(9)])
    ours = np.array(bincount(one, query))
    assert ours / ours.sum() == pytest.approx(exact / exact.sum(), rel=1e-9)


@pytest.mark.parametrize("years", [1, 30])
def test_half_lives_do_not_overflow_in_years(query, years):
    hours = np.arange(0, years * 365 * 24, 7.0)
    one = Popularity(half_life="1h")
    for begin in range(0, len(hours), 5000):
        one.update(at(hours[begin : begin + 5000], np.arange(begin, begin + 5000)[: len(hours) - begin] % 10))
    row = np.array(bincount(one, query))
    assert np.isfinite(row).all()
    newest = (len(hours) - 1) % 10
    assert row.argsort()[::-1][:3].tolist() == [newest, (newest - 1) % 10, (newest - 2) % 10]


@given(
    st.lists(st.tuples(st.floats(0, 60), st.integers(0, 5)), min_size=1, max_size=60),
    st.integers(1, 9),
    st.sampled_from([{}, {"window": "1d"}, {"window": 7}, {"half_life": "5h"}, {"half_life": "1ms"}]),
)
def test_however_events_are_cut_the_counts_are_the_same(query, steps, chunk, options):
    hours = np.cumsum([step for step, _ in steps])
    items = np.array([item for _, item in steps])
    whole, parts = Popularity(**options), Popularity(**options)
    whole.update(at(hours, items))
    for begin in range(0, len(items), chunk):
        parts.update(at(hours[begin : begin + chunk], items[begin : begin + chunk]))
    one, other = np.array(bincount(whole, query)), np.array(bincount(parts, query))
    if "half_life" in options:  # the scale is free, a power of two
        one, other = one / one.max(), other / other.max()
    assert one.tolist() == other.tolist()


def test_an_update_of_nothing_changes_nothing(query):
    one = Popularity(window="1d")
    one.fit(at([], []))
    assert bincount(one, query) == []
    one.update(at([1], [0]))
    one.update(at([], []))
    assert bincount(one, query) == [1]
