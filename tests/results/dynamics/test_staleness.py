"""Curves of decay that are known: from a matrix made by hand, and from planted ages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from freshmark.errors import UsageError
from freshmark.results.dynamics.learning import ScoreMatrix
from freshmark.results.dynamics.staleness import by_age, by_matrix, half_life, half_lives_of
from freshmark.results.metrics.named import Metrics
from freshmark.results.metrics.per_event import mean_of, per_event_metric, ratio

metric_named = Metrics().named

SECOND = 1_000_000


def grid(score, blocks=5, events=10, metric="hr@10"):
    """``score(age in blocks)``; the warm-up scores 0.1, the run itself 0.9; a block lasts 100 s."""
    sums = np.full((blocks + 1, blocks), np.nan)
    sums[0] = 0.1
    for after in range(1, blocks + 1):
        for block in range(after, blocks):
            sums[after, block] = score(block - after + 1)
    begin = np.arange(blocks) * 100 * SECOND
    count = np.full(blocks, events)
    live = np.full(blocks, 0.9 * events)
    return ScoreMatrix(sums * events, live, count, begin, begin + 100 * SECOND, per_event_metric(metric_named(metric)))


def test_an_exponential_decay_has_the_half_life_that_was_planted():
    # 0.8 of gain, halved every two blocks: at 50 s ½ of a block has passed, and so on.
    decay = by_matrix(grid(lambda age: 0.1 + 0.8 * 0.5 ** ((age - 0.5) / 2)))
    assert decay.age_seconds.tolist() == [50.0, 150.0, 250.0, 350.0]
    assert decay.retained == pytest.approx(0.5 ** (np.array([0.5, 1.5, 2.5, 3.5]) / 2))
    assert half_life(decay.age_seconds, decay.retained) == pytest.approx(
        200.0, rel=0.03
    )  # between two ages a straight line


def test_what_does_not_decay_has_no_half_life_in_reach():
    decay = by_matrix(grid(lambda age: 0.9))
    assert decay.retained == pytest.approx([1.0] * 4)
    assert half_life(decay.age_seconds, decay.retained) == np.inf


def test_without_a_gain_nothing_is_retained():
    decay = by_matrix(grid(lambda age: 0.05, metric="mae"))
    # An error of 0.9 live against 0.1 of the warm-up: updating made it worse.
    assert np.isnan(decay.retained).all()
    assert np.isnan(half_life(decay.age_seconds, decay.retained))


def test_half_is_found_between_two_ages_on_a_straight_line():
    assert half_life(np.array([10.0, 20.0]), np.array([0.75, 0.25])) == 15.0
    assert half_life(np.array([10.0]), np.array([0.0])) == 5.0


def test_ages_of_single_events_give_the_same_curve():
    draw = np.random.default_rng(0)
    age = draw.random(8000) * 800
    given = 0.1 + 0.8 * 0.5 ** (age / 200)
    decay = by_age(age, given, np.full(8000, 0.1), 1)
    assert len(decay.age_seconds) == 8
    assert decay.events.tolist() == [1000.0] * 8
    # Relative to the youngest group, whose own mean age is 50 s.
    assert decay.retained == pytest.approx(0.5 ** ((decay.age_seconds - 50) / 200), rel=0.03)


def test_without_the_model_never_updated_retained_is_nan():
    age = np.arange(1000.0)
    decay = by_age(age, np.ones(1000), np.full(1000, np.nan), 1)
    assert np.isnan(decay.retained).all()
    assert decay.stale.tolist() == [1.0] * 8


def test_few_events_make_few_groups_and_equal_ages_one():
    assert len(by_age(np.arange(60.0), np.ones(60), np.zeros(60), 1).age_seconds) == 1
    assert len(by_age(np.zeros(1000), np.ones(1000), np.zeros(1000), 1).age_seconds) == 1


def test_each_curve_has_its_half_life():
    names = {"stream": "s", "every": "1d", "delay": "0s", "metric": "hr@10", "source": "matrix"}
    curves = pd.DataFrame(
        [
            {**names, "strategy": name, "age_seconds": age, "retained": left}
            for name, lefts in (("a()", (0.75, 0.25)), ("b()", (1.0, 0.9)))
            for age, left in zip((10.0, 20.0), lefts, strict=True)
        ]
    )
    found = half_lives_of(curves).set_index("strategy")
    assert found["half_life_seconds"].to_dict() == {"a()": 15.0, "b()": np.inf}
    assert set(found["longest_seconds"]) == {20.0}


def test_a_metric_that_is_not_a_mean_is_refused():
    with pytest.raises(UsageError, match="auc is not a mean"):
        per_event_metric(metric_named("auc"))


def test_a_root_is_taken_after_the_mean():
    rmse = per_event_metric(metric_named("rmse"))
    assert (rmse.of_mean(9.0), rmse.sign) == (3.0, -1)


def test_means_leave_out_what_is_not_known_and_ratios_what_is_not_defined():
    assert mean_of([1.0, np.nan, 3.0]) == 2.0
    assert np.isnan(mean_of([np.nan]))
    assert mean_of([np.inf, 1.0]) == np.inf
    assert np.isnan(ratio(1.0, 0.0))
