import numpy as np
import pytest
from freshmark.results.statistics import (
    Spread,
    block_length,
    distinguishable,
    margin,
    pareto,
    replicates,
    resample,
    spread_over_seeds,
    spread_over_windows,
    student,
)
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats


@pytest.mark.parametrize(("windows", "length"), [(1, 1), (8, 2), (20, 3), (27, 3), (28, 4), (1000, 10)])
def test_blocks_grow_as_the_cube_root_of_windows(windows, length):
    assert block_length(windows) == length


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


def test_a_mean_of_equal_windows_has_no_spread():
    times = resample(24)
    means = replicates(times, np.full((24, 1), 3.0), np.full(24, 6))
    assert means == pytest.approx(0.5)
    assert spread_over_windows(means[:, 0], 24).variance == pytest.approx(0, abs=1e-20)


def test_the_mean_of_a_resample_weighs_windows_by_their_events():
    times = np.array([[2.0, 0.0], [1.0, 1.0]])
    means = replicates(times, np.array([[1.0], [30.0]]), np.array([1, 10]))
    assert means[:, 0].tolist() == [1.0, 31 / 11]


def test_the_root_of_a_mean_is_taken_after_the_mean():
    means = replicates(np.array([[1.0, 1.0]]), np.array([[2.0], [16.0]]), np.array([1, 1]), root=True)
    assert means[0, 0] == 3.0


def test_windows_without_events_leave_no_mean():
    assert np.isnan(replicates(np.array([[1.0]]), np.array([[0.0]]), np.array([0]))[0, 0])


def test_two_windows_cannot_tell_a_spread():
    assert np.isnan(margin([spread_over_windows(np.array([1.0, 2.0]), 2), Spread(0.0, 0.0)]))


def test_the_interval_of_independent_windows_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(3)
    windows, trials = 40, 400
    times = resample(windows, 300)
    values = rng.normal(0.3, 0.1, (windows, trials))
    means = replicates(times, values, np.ones(windows, np.int64))
    hits = [
        abs(values[:, one].mean() - 0.3) <= margin([spread_over_windows(means[:, one], windows)])
        for one in range(trials)
    ]
    assert 0.92 <= np.mean(hits) <= 0.99


def test_few_blocks_raise_the_variance_as_a_sample_of_them_would():
    spread = spread_over_windows(np.array([0.0, 2.0]), 27)  # variance 1; nine blocks of three
    assert spread.variance == pytest.approx(9 / 8)
    assert spread.freedom == 8


def test_windows_that_are_alike_widen_the_interval():
    rng = np.random.default_rng(4)
    steps = rng.normal(0, 1, 400)
    wandering = np.convolve(steps, np.ones(12) / 12, "same")
    shuffled = rng.permutation(wandering)
    times = resample(400)
    one = margin([spread_over_windows(replicates(times, wandering[:, None], np.ones(400, np.int64))[:, 0], 400)])
    other = margin([spread_over_windows(replicates(times, shuffled[:, None], np.ones(400, np.int64))[:, 0], 400)])
    assert one > 1.7 * other


@pytest.mark.parametrize("freedom", [1, 2, 3, 5, 10, 40, 1000])
def test_students_quantile_is_that_of_scipy(freedom):
    assert student(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=5e-3)


@given(st.floats(1, 500))
def test_students_quantile_between_the_rows_of_its_table(freedom):
    assert student(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-2)


def test_less_than_one_degree_of_freedom_says_nothing():
    assert student(0.5) == np.inf


def test_seeds_spread_by_the_standard_error_of_their_mean():
    spread = spread_over_seeds(np.array([1.0, 2.0, 3.0]))
    assert spread.variance == pytest.approx(1 / 3)
    assert spread.freedom == 2
    assert margin([spread]) == pytest.approx(stats.sem([1, 2, 3]) * stats.t.ppf(0.975, 2), rel=1e-3)


def test_one_seed_says_nothing_of_seeds():
    assert spread_over_seeds(np.array([0.4])) == Spread(0.0, 0.0)
    assert margin([Spread(0.04, 30), spread_over_seeds(np.array([0.4]))]) == pytest.approx(0.2 * student(30))


def test_parts_combine_as_welch_and_satterthwaite_say():
    rng = np.random.default_rng(1)
    one, other = rng.normal(0, 1, 8), rng.normal(0, 3, 12)
    result = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    combined = margin([spread_over_seeds(one), spread_over_seeds(other)])
    assert combined == pytest.approx((result.high - result.low) / 2, rel=5e-3)


def test_a_difference_without_a_margin_is_not_told_apart():
    assert not distinguishable(0.5, float("nan"))
    assert not distinguishable(0.5, 0.5)
    assert not distinguishable(0.0, 0.0)
    assert distinguishable(-0.5, 0.4)


def test_the_front_holds_what_nothing_beats_on_both():
    cost = np.array([1.0, 2.0, 2.0, 3.0, 4.0])
    value = np.array([0.1, 0.3, 0.2, 0.3, 0.4])
    assert pareto(cost, value).tolist() == [True, True, False, False, True]


def test_two_that_are_equal_are_both_on_the_front():
    assert pareto(np.array([1.0, 1.0, 1.0]), np.array([2.0, 2.0, 1.0])).tolist() == [True, True, False]


def test_what_was_not_measured_is_on_no_front():
    assert pareto(np.array([np.nan, 1.0]), np.array([9.0, np.nan])).tolist() == [False, False]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=20))
def test_the_front_by_its_definition(points):
    cost, value = (np.array(column, float) for column in zip(*points, strict=True))
    expected = [not any((c <= one and v >= two) and (c < one or v > two) for c, v in points) for one, two in points]
    assert pareto(cost, value).tolist() == expected
