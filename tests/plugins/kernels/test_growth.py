from __future__ import annotations

import numpy as np
from freshmark_plugins.kernels.growth import with_room


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
