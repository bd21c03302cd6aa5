"""Intervals of costs, and their parts."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.results.costs.cost_spread import NOTHING, _answers, _of_series, _updates
from freshmark.results.tables import Results


def test_a_cost_is_the_sum_of_fit_updates_and_answers(fabricated, tmp_path):
    cells = [fabricated.MadeCell("a()", seed=seed, luck=seed) for seed in range(3)]
    row = Results.open(fabricated.fabricate(tmp_path / "run", cells)).ranking().iloc[0]
    parts = [row[f"{part}_cpu_seconds_per_million"] for part in ("fit", "update", "answer")]
    assert sum(parts) == pytest.approx(row["cpu_seconds_per_million"])
    assert row["update_cpu_seconds_per_million"] == pytest.approx(0.9 * row["update_seconds"] * 1e6 / 4000)
    assert 0 < row["cpu_seconds_margin"] < row["cpu_seconds_per_million"]
    assert np.isnan(row["cost_margin"])


def test_the_margin_of_the_money_is_in_proportion(fabricated, tmp_path):
    results = Results.open(fabricated.fabricate(tmp_path / "run", [fabricated.MadeCell()])).priced(["cpu_hour=36"])
    row = results.ranking().iloc[0]
    assert row["cost_margin"] / row["cost_per_million"] == pytest.approx(
        row["cpu_seconds_margin"] / row["cpu_seconds_per_million"]
    )


def test_the_interval_of_independent_updates_holds_their_true_sum():
    # 40 updates of 1 ± 0.2 s: the variance of the sum is 40 · 0.04 = 1.6.
    rng = np.random.default_rng(0)
    variances = [_of_series(rng.normal(1.0, 0.2, 40)).variance for _ in range(300)]
    assert 1.6 < np.mean(variances) < 2.6  # autocorrelation is estimated on the safe side


def test_equal_updates_do_not_vary():
    assert _of_series(np.full(50, 0.25)) == NOTHING
    assert _of_series(np.empty(0)) == NOTHING
    assert _of_series(np.array([1.0, 9.0])) == NOTHING


def test_an_update_whose_cpu_clock_was_not_read_takes_the_share_of_the_others():
    table = {
        "fit": np.array([True, False, False, False]),
        "seconds": np.array([9.0, 1.0, 2.0, 3.0]),
        "cpu_seconds": np.array([9.0, 0.5, np.nan, 1.5]),
    }
    assert _updates(table).tolist() == [0.5, 1.0, 1.5]


def test_a_window_with_twice_the_events_may_take_twice_the_time():
    table = {"answer_seconds": np.array([1.0, 2.0, 1.5]), "events": np.array([10, 20, 15])}
    assert _answers(table) == pytest.approx([0, 0, 0])
