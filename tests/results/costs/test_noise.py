import numpy as np
import pytest
from freshmark.results.costs.noise import RowCosts, noise_of

EACH = np.arange(2)


def costs(*cells, trivial=0.0):
    mean = np.array([np.mean(row) for row in cells])
    return RowCosts.of(np.where(np.isnan(mean), np.inf, mean), [np.array(row) for row in cells], trivial=trivial)


def test_costs_within_a_tenth_are_alike_though_only_measured_once():
    assert costs([100.0], [108.0]).alike(EACH).tolist() == [True, True]
    assert costs([100.0], [120.0]).alike(EACH).tolist() == [True, False]


def test_a_clock_that_scatters_makes_costs_alike():
    noisy = costs([0.0017, 0.0326, 0.0608], [0.05, 0.06, 0.07])
    assert noisy.alike(EACH).tolist() == [True, True]
    assert noisy.noise > 0.5


def test_a_difference_that_costs_next_to_nothing_is_none():
    assert costs([0.1], [4.0], trivial=5.0).alike(EACH).tolist() == [True, True]
    assert costs([0.1], [6.0], trivial=5.0).alike(EACH).tolist() == [True, False]


def test_what_was_not_measured_is_dearer_than_anything():
    found = costs([1.0, np.nan], [100.0, 100.0])
    assert found.cost.tolist() == [np.inf, 100.0]
    assert found.alike(EACH).tolist() == [False, True]
    assert costs([np.nan], [np.nan]).alike(EACH).tolist() == [True, True]
    assert (found.drawn(5)[:, 0] == 0).all()


def test_a_machine_whose_speed_drifts_makes_costs_uncertain_that_were_measured_once():
    once = [np.array([100.0]), np.array([140.0])]
    assert noise_of(once) == pytest.approx(0.1 / (1.96 * np.sqrt(2)))
    drifted = noise_of(once, [np.array([0.010]), np.array([0.014])])
    assert drifted == pytest.approx(np.log(1.4) / np.sqrt(2))
    assert RowCosts(np.array([100.0, 140.0]), drifted, 0.0).alike(EACH).tolist() == [True, True]


def test_kernels_that_were_not_timed_say_nothing():
    assert noise_of([np.array([1.0, 1.0])], [np.array([np.nan, np.nan])]) == noise_of([np.array([1.0, 1.0])])
