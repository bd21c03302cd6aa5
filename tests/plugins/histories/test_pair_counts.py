from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from freshmark_plugins.histories.pair_counts import PairCounts, accumulate_each, add, room
from hypothesis import given
from hypothesis import strategies as st


def filled(pairs, items):
    counts = PairCounts()
    for a, b in pairs:
        size = max(a, b) + 1 if items is None else items
        counts.grow(size)
        needed = room(counts.rows, a, 1)
        counts.make_room(needed)
        before = int(counts.rows.tail[0])
        add(counts.rows, a, b, 1, len(counts.rows.power))
        assert counts.rows.tail[0] - before <= needed
    return counts


def assert_counts(counts, pairs, items):
    plain = Counter(pairs)
    for a in range(items):
        assert counts.row(a, items).tolist() == [plain[a, b] for b in range(items)], a


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=300))
def test_every_pair_is_counted_while_items_appear(pairs):
    counts = filled(pairs, None)
    assert_counts(counts, pairs, 41 if max(map(max, pairs)) == 40 else max(map(max, pairs)) + 1)


@pytest.mark.parametrize("items", [50, 3000])
def test_rows_become_dense_only_where_that_is_smaller(items):
    pairs = [(a, (7 * a + 11 * k) % 50) for a in range(50) for k in range(45)]
    counts = filled(pairs, items)
    assert_counts(counts, pairs, 50)
    assert counts.rows.dense[:50].all() == (items == 50)


def test_a_dense_row_reaches_items_that_came_later():
    counts = filled([(0, b) for b in range(16)], 16)
    assert counts.rows.dense[0]
    counts.grow(200)
    counts.make_room(room(counts.rows, 0, 1))
    add(counts.rows, 0, 150, 3, 200)
    row = counts.row(0, 200)
    assert row[150] == 3
    assert row[:16].tolist() == [1] * 16
    assert row.sum() == 19


def test_places_that_rows_leave_are_taken_again():
    rows = 400
    pairs = [(a, b) for a in range(rows) for b in range(1000, 1024)]  # one row after the other outgrows each size
    counts = filled(pairs, 100_000)
    live = int((1 << counts.rows.power[:rows]).sum())
    assert counts.rows.tail[0] <= live + 8 * 64


@pytest.mark.slow
def test_counts_go_on_past_what_rows_held_before_room_was_made():
    draw = np.random.default_rng(0)
    pairs = [tuple(map(int, pair)) for pair in draw.integers(0, 300, (5000, 2))]
    assert_counts(filled(pairs, 300), pairs, 300)


PAIRS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 60)), max_size=200)


def count(counts, pairs, by):
    array = np.array(pairs, np.int64).reshape(-1, 2)
    counts.count(array[:, 0].copy(), array[:, 1].copy(), by)


@given(pairs=PAIRS, gone=PAIRS)
def test_pairs_are_counted_at_once_and_taken_back_at_once(pairs, gone):
    counts, plain = PairCounts(), Counter(pairs)
    counts.grow(61)
    count(counts, pairs, 1)
    count(counts, gone, 2)
    count(counts, gone, -2)
    for a in range(9):
        assert counts.row(a, 61).tolist() == [plain[a, b] for b in range(61)]


def test_rows_are_added_to_the_rows_that_ask_and_a_row_that_is_not_there_adds_nothing():
    counts, out = PairCounts(), np.ones((3, 4))
    counts.grow(4)
    counts.count(np.array([1, 1, 2]), np.array([3, 3, 0]), 1)
    accumulate_each(counts.rows, np.array([1, 900, 2]), out)
    assert out.tolist() == [[1, 1, 1, 3], [1, 1, 1, 1], [2, 1, 1, 1]]
