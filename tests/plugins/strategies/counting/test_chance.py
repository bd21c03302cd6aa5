from __future__ import annotations

import numpy as np
import pytest
from freshmark_plugins.strategies.counting.chance import Random


@pytest.fixture
def chance(stream, start_run):
    def started(seed=0):
        strategy = Random()
        strategy.start(start_run(stream, 200, seed=seed))
        return strategy

    return started


def test_numbers_are_uniform_and_rows_unlike_each_other(chance, query):
    scores = chance().score(query(np.arange(200), candidates=500))
    assert scores.shape == (200, 500)
    assert np.histogram(scores, 10, (0, 1))[0] == pytest.approx(10_000, rel=0.05)
    assert abs(np.corrcoef(scores)[0, 1:]).max() < 0.25


def test_time_user_and_seed_each_give_other_numbers(chance, query):
    one = chance().score(query([3]))
    assert not np.array_equal(one, chance().score(query([4])))
    assert not np.array_equal(one, chance().score(query([3], time=7)))
    assert not np.array_equal(one, chance(seed=1).score(query([3])))
    assert np.array_equal(one, chance().score(query([3])))


def test_hits_are_as_many_as_chance_gives(chance, query):
    scores = chance().score(query(np.arange(4000), candidates=100))
    ranks = 1 + (scores > scores[:, :1]).sum(1)
    assert (ranks <= 10).mean() == pytest.approx(0.1, abs=0.02)
