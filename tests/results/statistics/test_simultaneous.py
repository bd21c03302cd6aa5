from typing import Any

import numpy as np
import pytest
from freshmark.results.statistics.dependence import over_windows
from freshmark.results.statistics.intervals import LEVEL, student
from freshmark.results.statistics.simultaneous import DRAWS, errors, level_of_each, resample
from scipy.stats import norm, studentized_range


@pytest.mark.parametrize("windows", [1, 2, 7, 24, 1000])
def test_a_resample_draws_as_many_windows_as_there_are(windows):
    times = resample(windows, 50)
    assert times.shape == (50, windows)
    assert (times.sum(axis=1) == windows).all()


def test_every_window_is_drawn_equally_often_at_the_ends_too():
    times = resample(30, 4000).mean(axis=0)
    assert times == pytest.approx(1.0, abs=0.08)


def test_windows_that_follow_each_other_are_drawn_together():
    times = resample(1000, 400)
    next_to = np.corrcoef(times[:, 500], times[:, 501])[0, 1]
    apart = np.corrcoef(times[:, 500], times[:, 600])[0, 1]
    assert next_to > 0.8
    assert abs(apart) < 0.2


def test_the_same_tables_give_the_same_intervals():
    assert (resample(40, 20) == resample(40, 20)).all()


def test_seeds_add_their_luck_to_every_row_apart():
    replicated = errors(np.zeros((20, 3)), np.array([0.0, 1.0, 4.0]))
    assert replicated.shape == (DRAWS, 3)
    assert replicated.std(axis=0) == pytest.approx([0, 1, 2], rel=0.1)
    assert abs(np.mean(replicated[:, 1] * replicated[:, 2])) < 0.2


def test_one_pair_is_judged_at_5_percent():
    assert level_of_each(np.random.default_rng(0).standard_normal((DRAWS, 2))) == LEVEL


def test_the_more_rows_the_stricter_but_never_stricter_than_bonferroni():
    drawn: Any = np.random.default_rng(0).standard_normal((DRAWS, 20))
    levels = [level_of_each(drawn[:, :rows]) for rows in (3, 6, 20)]
    assert LEVEL > levels[0] > levels[1] > levels[2] >= LEVEL / 190


def test_independent_rows_are_judged_as_tukeys_range_judges_them():
    drawn = np.random.default_rng(0).standard_normal((20_000, 8))
    tukey = 2 * norm.sf(studentized_range.ppf(0.95, 8, np.inf) / np.sqrt(2))
    assert level_of_each(drawn) == pytest.approx(tukey, rel=0.1)


def test_rows_that_move_together_count_as_nearly_one():
    rng = np.random.default_rng(0)
    groups = rng.standard_normal((DRAWS, 3))
    alike = np.repeat(groups, 10, axis=1) + 1e-3 * np.repeat(rng.standard_normal((DRAWS, 3)), 10, axis=1)
    assert level_of_each(alike) == pytest.approx(level_of_each(groups), rel=0.05)


def test_rows_that_never_differ_are_judged_as_one_pair():
    assert level_of_each(np.zeros((DRAWS, 5))) == LEVEL


def test_of_twelve_equal_rows_the_best_is_rarely_told_from_the_worst():
    """All pairs of 12 rows, in 200 streams of 60 windows: any pair errs in about one stream in twenty."""
    rng = np.random.default_rng(5)
    wrong = 0
    for _ in range(200):
        series = rng.standard_normal((60, 12))
        means = series.mean(axis=0)
        influence = (series - means) / 60
        level = level_of_each(errors(influence, np.zeros(12)))
        best, worst = means.argmax(), means.argmin()
        variance, freedom = over_windows(influence[:, best] - influence[:, worst])
        wrong += means[best] - means[worst] > student(float(freedom), level) * np.sqrt(variance)
    assert wrong <= 14
