"""How rows are told apart, held by simulation with the figures of a real stream.

Per-window NDCG@10 of popularity every 1d on MovieTweetings 100K (65 windows of two days): mean 0.066, standard
deviation 0.035, lag-1 autocorrelation 0.84. Differences between two seeds of online_mf every 1d on it: standard
deviation 0.0050 a window, lag-1 autocorrelation 0.3, and 0.0006 from seed to seed, of a mean of 0.090.
"""

import numpy as np
import pytest
from freshmark.results.decision.standings import Standing, Standings
from freshmark.results.statistics.intervals import LEVEL

WINDOWS, MEAN, SPREAD, ALIKE = 65, 0.066, 0.035, 0.84
SEED_MEAN, SEED_SPREAD, SEED_ALIKE, LUCK = 0.090, 0.0050, 0.3, 0.0006
TRIALS = 200
ONE, OTHER, THIRD = ("one()", "1d", "0s"), ("other()", "1d", "0s"), ("third()", "1d", "0s")


def autoregressive(rng, rho, shape):
    """(trials, windows, …) of a stationary AR(1) process of unit variance."""
    steps = rng.standard_normal(shape)
    made = steps.copy()
    for place in range(1, shape[1]):
        made[:, place] = rho * made[:, place - 1] + np.sqrt(1 - rho**2) * steps[:, place]
    return made


def copies(rng, seeds, alike, gain=0.0):
    """Two copies of a strategy with other seeds, (trials, windows, seeds) each; the second better by a share."""
    level = SEED_MEAN + SPREAD * autoregressive(rng, ALIKE, (TRIALS, WINDOWS))[:, :, None]

    def copy():
        # A difference of two seeds has twice the variance of one.
        own = SEED_SPREAD / np.sqrt(2) * autoregressive(rng, alike, (TRIALS, WINDOWS, seeds))
        return own + LUCK * rng.standard_normal((TRIALS, 1, seeds))

    return level + copy(), level * (1 + gain) + copy()


def standing(series):
    """Of (windows, seeds) numbers of windows of equal size."""
    of_windows = series.mean(axis=1)
    return Standing(series.mean(axis=0), ((of_windows - of_windows.mean()) / len(series))[:, None])


def told_apart(one, other):
    """In how many trials the copies are called different."""
    return sum(
        Standings({ONE: standing(a), OTHER: standing(b)}, "higher").gap(OTHER, ONE).distinguishable
        for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("seeds", [3, 5])
@pytest.mark.parametrize("alike", [SEED_ALIKE, ALIKE])
def test_two_copies_with_other_seeds_are_called_different_in_at_most_5_percent_of_200_trials(seeds, alike):
    assert told_apart(*copies(np.random.default_rng(20), seeds, alike)) <= 0.05 * TRIALS


@pytest.mark.parametrize(("alike", "most"), [(SEED_ALIKE, 0.05), (ALIKE, 0.10)])
def test_with_one_seed_only_windows_tell_and_the_more_they_are_alike_the_less_they_do(alike, most):
    """One seed cannot know of luck from seed to seed, so there is none here. Where windows are as alike as the level
    itself, 65 of them are worth six, and copies are called different in 6 % of trials."""
    rng = np.random.default_rng(23)
    level = SEED_MEAN + SPREAD * autoregressive(rng, ALIKE, (TRIALS, WINDOWS))[:, :, None]
    noise = SEED_SPREAD * autoregressive(rng, alike, (TRIALS, WINDOWS, 1))
    assert told_apart(level, level + noise) <= most * TRIALS


def test_a_planted_gain_of_2_percent_is_found_in_at_least_90_percent_of_200_trials():
    one, other = copies(np.random.default_rng(21), 10, SEED_ALIKE, gain=0.02)
    assert told_apart(one, other) >= 0.9 * TRIALS


def test_a_planted_gain_of_2_percent_of_a_strategy_without_chance_is_found_with_one_seed():
    """Copies of a strategy that draws nothing: in the second, hits appear in 0.27 % of 70,000 events more."""
    rng = np.random.default_rng(22)
    level = MEAN + SPREAD * autoregressive(rng, ALIKE, (TRIALS, WINDOWS))[:, :, None]
    events = 70_000 // WINDOWS
    found = rng.poisson(np.clip(0.02 * level, 0, None) / 0.5 * events) * 0.5 / events
    assert told_apart(level, level + found) >= 0.9 * TRIALS


def test_what_is_common_to_both_cancels():
    rng = np.random.default_rng(0)
    shared = rng.normal(0.3, 0.1, (60, 1))
    one, other = standing(shared), standing(shared + rng.normal(0.02, 0.01, (60, 1)))
    gap = Standings({ONE: one, OTHER: other}, "higher").gap(OTHER, ONE)
    assert gap.margin < 0.2 * one.margin
    assert gap.margin < gap.difference < one.margin


def test_seeds_widen_a_gap_as_they_do_a_number():
    rng = np.random.default_rng(1)
    shared = rng.normal(0.3, 0.01, (60, 1))
    wide = standing(shared + np.array([[-0.05, 0.0, 0.05]]))
    rows = Standings({ONE: standing(shared), OTHER: wide}, "higher")
    assert wide.margin > 3 * standing(shared).margin
    assert rows.gap(OTHER, ONE).margin > 0.05


def test_a_row_is_no_distance_from_itself():
    rows = Standings({ONE: standing(np.random.default_rng(2).normal(0, 1, (30, 2)))}, "higher")
    gap = rows.gap(ONE, ONE)
    assert (gap.difference, gap.margin, gap.detectable, gap.p_value) == (0, 0, 0, 1)
    assert not gap.distinguishable


def test_one_of_many_pairs_is_judged_more_strictly_than_one_pair():
    rng = np.random.default_rng(3)
    made = {name: standing(rng.normal(0, 1, (60, 1))) for name in (ONE, OTHER, THIRD)}
    pair = Standings({ONE: made[ONE], OTHER: made[OTHER]}, "higher")
    three = Standings(made, "higher")
    assert pair.level == LEVEL > three.level > LEVEL / 3.001
    assert three.gap(ONE, OTHER).margin > pair.gap(ONE, OTHER).margin
    assert three.gap(ONE, OTHER, LEVEL).margin == pytest.approx(pair.gap(ONE, OTHER).margin)
    assert three.gap(ONE, OTHER).detectable > pair.gap(ONE, OTHER).detectable


def test_the_best_is_the_highest_or_the_lowest_and_never_what_has_no_value():
    flat = np.zeros((10, 1))
    made = {ONE: Standing(np.array([1.0]), flat), OTHER: Standing(np.array([2.0]), flat)}
    made[THIRD] = Standing(np.array([np.nan]), flat)
    assert Standings(made, "higher").best() == OTHER
    assert Standings(made, "lower").best() == ONE
    assert Standings(made, "higher").best([ONE]) == ONE
    assert THIRD not in Standings(made, "higher").rows


def test_standings_of_a_run_are_those_of_its_cells(fabricated, made):
    cells = [fabricated.MadeCell("a()", seed=seed) for seed in range(2)] + [fabricated.MadeCell("b()", skill=0.2)]
    results = made(cells)
    (stream,) = results.streams
    rows = results.standings(stream, "mrr").rows
    assert set(rows) == {("a()", "1d", "0s"), ("b()", "1d", "0s")}
    keys = results.cells["key"][:2]
    assert sorted(rows["a()", "1d", "0s"].seeds) == pytest.approx(
        sorted((1 / results.outcomes(key).rank).mean() for key in keys)
    )
    assert rows["a()", "1d", "0s"].influence.sum() == pytest.approx(0, abs=1e-12)
    assert results.standings(stream, "mrr") is results.standings(stream, "mrr")


def test_letters_say_which_rows_cannot_be_told_apart():
    rng = np.random.default_rng(4)
    level = rng.normal(0.3, 0.02, (60, 1))
    near = {ONE: level + 0.1, OTHER: level + 0.1 + rng.normal(0, 0.01, (60, 1)), THIRD: level}
    standings = Standings({row: standing(series) for row, series in near.items()}, "higher")
    assert standings.letters() == {ONE: "a", OTHER: "a", THIRD: "b"}


def test_above_forty_rows_there_are_no_letters():
    rng = np.random.default_rng(5)
    made = {(f"s{place}()", "1d", "0s"): standing(rng.normal(0, 1, (12, 1))) for place in range(41)}
    assert set(Standings(made, "higher").letters().values()) == {""}
