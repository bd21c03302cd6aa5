import numpy as np
import pytest
from freshmark.results.statistics.intervals import (
    Spread,
    combined,
    detectable,
    distinguishable,
    holm,
    margin,
    p_value,
    pareto,
    spread_over_seeds,
    student,
)
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats


@pytest.mark.parametrize("freedom", [1, 1.5, 2, 3.7, 10, 1000])
def test_an_interval_of_5_percent_reaches_as_far_as_students(freedom):
    assert student(freedom) == pytest.approx(stats.t.ppf(0.975, freedom))


def test_a_smaller_level_widens_it_as_it_widens_a_normal_interval():
    wider = stats.norm.ppf(0.9995) / stats.norm.ppf(0.975)
    assert student(4, 0.001) == pytest.approx(stats.t.ppf(0.975, 4) * wider)
    assert student(1e9, 0.001) == pytest.approx(stats.norm.ppf(0.9995), rel=1e-4)


def test_less_than_one_degree_of_freedom_says_nothing():
    assert student(0.5) == np.inf
    assert detectable(Spread(1.0, 0.5)) == np.inf
    assert p_value(9.0, Spread(1.0, 0.5)) == 1.0


def test_seeds_spread_by_the_standard_error_of_their_mean():
    spread = spread_over_seeds(np.array([1.0, 2.0, 3.0]))
    assert spread.variance == pytest.approx(1 / 3)
    assert spread.freedom == 2
    assert margin([spread]) == pytest.approx(stats.sem([1, 2, 3]) * stats.t.ppf(0.975, 2))


def test_one_seed_says_nothing_of_seeds():
    assert spread_over_seeds(np.array([0.4])) == Spread(0.0, 0.0)
    assert margin([Spread(0.04, 30), spread_over_seeds(np.array([0.4]))]) == pytest.approx(0.2 * student(30))


def test_parts_combine_as_welch_and_satterthwaite_say():
    rng = np.random.default_rng(1)
    one, other = rng.normal(0, 1, 8), rng.normal(0, 3, 12)
    result = stats.ttest_ind(one, other, equal_var=False)
    interval = result.confidence_interval(0.95)
    spreads = [spread_over_seeds(one), spread_over_seeds(other)]
    assert margin(spreads) == pytest.approx((interval.high - interval.low) / 2)
    assert p_value(one.mean() - other.mean(), combined(spreads)) == pytest.approx(result.pvalue)


def test_what_never_moved_and_what_nobody_knows():
    assert margin([Spread(0.0, 0.0)]) == 0
    assert np.isnan(margin([Spread(np.nan, 0.0), Spread(1.0, 9.0)]))
    assert p_value(0.1, Spread(0.0, np.inf)) == 0.0
    assert p_value(0.0, Spread(0.0, np.inf)) == 1.0
    assert p_value(0.1, Spread(np.nan, 0.0)) == 1.0


def test_a_difference_without_a_margin_is_not_told_apart():
    assert not distinguishable(0.5, float("nan"))
    assert not distinguishable(0.5, 0.5)
    assert not distinguishable(0.0, 0.0)
    assert distinguishable(-0.5, 0.4)


def test_the_smallest_detectable_difference_is_detected_four_times_in_five():
    rng = np.random.default_rng(0)
    spread = Spread(0.01, 40)
    estimates = rng.normal(detectable(spread), 0.1, 20_000)
    spreads = 0.01 * rng.chisquare(40, 20_000) / 40
    found = np.abs(estimates) > student(40) * np.sqrt(spreads)
    assert found.mean() == pytest.approx(0.8, abs=0.01)


def test_what_never_moved_can_tell_anything_apart():
    assert detectable(Spread(0.0, np.inf)) == 0
    assert np.isnan(detectable(Spread(np.nan, 0.0)))


def test_holms_method_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.5]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_raises_every_p_keeps_their_order_and_is_never_above_bonferroni(values):
    raised = np.array(holm(values))
    bonferroni = np.minimum(np.array(values) * len(values), 1.0)
    assert (raised >= values).all()
    assert (raised <= bonferroni + 1e-12).all() or len(set(values)) > 1
    assert raised.min() == pytest.approx(bonferroni.min())
    order = np.argsort(values, kind="stable")
    assert (np.diff(raised[order]) >= 0).all()


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
