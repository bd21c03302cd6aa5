import numpy as np
import pytest
from freshmark.results.statistics.crossfit import cross_fitted

WINDOWS = 60


def rows(rng, count, seeds=1, gain=0.0):
    level = 0.1 * np.exp(0.3 * rng.standard_normal(WINDOWS)) / WINDOWS
    return [level * np.exp(gain + 0.05 * rng.standard_normal((seeds, WINDOWS))) for _ in range(count)]


def test_of_100_null_rows_the_naive_gain_is_a_winners_curse_and_the_cross_fitted_is_none():
    rng, found = np.random.default_rng(5), []
    for _ in range(40):
        baseline, *others = rows(rng, 101)
        found.append(cross_fitted(others, baseline, more=True, candidates=np.arange(100)))
    assert np.mean([gain.naive for gain in found]) > 0.015
    assert abs(np.mean([gain.value for gain in found])) < 0.003
    assert np.mean([not gain.low <= 0 <= gain.high for gain in found]) <= 0.1


def test_with_several_seeds_their_luck_is_no_gain_either():
    rng, found = np.random.default_rng(6), []
    for _ in range(40):
        luck = 0.02 * rng.standard_normal((51, 4, 1))
        baseline, *others = [row * np.exp(own) for row, own in zip(rows(rng, 51, 4), luck, strict=True)]
        found.append(cross_fitted(others, baseline, more=True, candidates=np.arange(50)))
    assert np.mean([gain.naive for gain in found]) > 0.02
    assert abs(np.mean([gain.value for gain in found])) < 0.005


@pytest.mark.parametrize("more", [True, False])
def test_a_planted_gain_is_kept_whichever_way_is_better(more):
    rng = np.random.default_rng(7)
    level = 0.1 * np.exp(0.3 * rng.standard_normal(WINDOWS)) / WINDOWS
    better = level * (1.1 if more else 0.9)
    gain = cross_fitted([level[None], better[None]], level[None], more=more, candidates=np.arange(2))
    assert gain.value == pytest.approx(0.1)
    assert gain.naive == pytest.approx(0.1)
    assert gain.high - gain.low < 0.02
