from __future__ import annotations

import numpy as np
from freshmark_plugins.kernels.growth import bincount, row_count, with_room


def test_an_array_that_suffices_is_left_alone():
    array = np.arange(4)
    assert with_room(array, 4) is array


def test_old_rows_keep_their_values_and_new_ones_hold_the_fill():
    larger = with_room(np.array([[1, 2], [3, 4]]), 5, -1)
    assert larger[:2].tolist() == [[1, 2], [3, 4]]
    assert (larger[2:] == -1).all()
    assert len(larger) >= 5


def test_a_hundred_thousand_single_rows_cost_few_copies():
    array, copies = np.zeros(0), 0
    for rows in range(1, 100_001):
        larger = with_room(array, rows)
        copies += larger is not array
        array = larger
    assert copies < 40


def test_highest_is_the_rows_that_codes_need():
    assert row_count(np.array([3, 0, 7])) == 8
    assert row_count(np.array([], np.int64)) == 0


def test_counted_counts_each_code():
    assert bincount(np.array([0, 2, 2]), 4).tolist() == [1, 0, 2, 0]
