from __future__ import annotations

import numpy as np
from freshmark import Events
from freshmark_plugins.strategies.counting.recency import Recency


def test_the_item_taken_last_comes_first(query):
    one = Recency()
    one.update(Events(np.array([1, 2, 3]), np.zeros(3, np.int64), np.array([0, 1, 0])))
    one.update(Events(np.array([4]), np.zeros(1, np.int64), np.array([2])))
    assert np.argsort(-one.score(query([0]))[0]).tolist() == [2, 0, 1]


def test_of_one_time_the_later_row_is_newer(query):
    one = Recency()
    one.update(Events(np.array([1, 1, 1]), np.zeros(3, np.int64), np.array([0, 1, 0])))
    first, second = one.score(query([0]))[0]
    assert first > second
