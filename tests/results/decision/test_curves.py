import numpy as np
import pytest


@pytest.fixture
def curve(fabricated, made):
    def of(earned, seeds=1, **options):
        cells = [
            fabricated.MadeCell("a()", every, skill, seed=seed, **options)
            for every, skill in earned.items()
            for seed in range(seeds)
        ]
        stream = fabricated.MadeStream(events=12_000, windows=60)
        return made(cells, [stream]).curves().set_index("every")

    return of


def test_a_curve_goes_from_slow_to_fast(curve):
    table = curve({"1d": 0.5, "never": 0.2, "1h": 0.5, "1w": 0.3})
    assert list(table.index) == ["never", "1w", "1d", "1h"]
    assert (np.diff(table["interval_seconds"]) < 0).all()


def test_the_knee_is_the_slowest_schedule_that_is_as_good_as_the_best(curve):
    table = curve({"never": 0.2, "1w": 0.35, "1d": 0.5, "1h": 0.502})
    assert table["knee"].tolist() == [False, False, True, False]
    assert table["flat"].tolist() == [False, False, True, True]
    assert table.loc["never", "p_value"] < 0.01


def test_where_updating_gains_nothing_the_knee_is_never(curve):
    assert curve({"never": 0.5, "1d": 0.5, "1h": 0.5})["knee"].tolist() == [True, False, False]


def test_where_faster_is_worse_the_best_is_the_knee(curve):
    assert curve({"1w": 0.5, "1d": 0.4, "1h": 0.2})["knee"].tolist() == [True, False, False]


def test_what_falls_far_behind_is_not_flat_however_unsure_it_is(fabricated, made):
    cells = [fabricated.MadeCell("a()", "never", 0.3), fabricated.MadeCell("a()", "1h", 0.5)]
    table = made(cells, [fabricated.MadeStream(windows=3)]).curves().set_index("every")
    assert np.isnan(table.loc["never", "difference_margin"])
    assert table["flat"].tolist() == [False, True]


def test_a_step_is_the_gain_over_the_next_slower_schedule_and_what_it_costs(curve):
    table = curve({"never": 0.2, "1w": 0.35, "1d": 0.5}, update_seconds=0.1)
    assert np.isnan(table.loc["never", "step"])
    assert table.loc["1d", "step"] == pytest.approx(table.loc["1d", "value"] - table.loc["1w", "value"])
    assert table.loc["1d", "step"] > table.loc["1d", "step_margin"] > 0
    assert table.loc["1d", "step_cost"] > 1.5


def test_strategies_and_delays_have_curves_of_their_own(fabricated, made):
    cells = [
        fabricated.MadeCell(name, every, delay=delay)
        for name in ("a()", "b()")
        for every in ("never", "1d")
        for delay in ("0s", "10m")
    ]
    table = made(cells).curves()
    assert len(table) == 8
    assert table.groupby(["strategy", "delay"])["knee"].sum().tolist() == [1, 1, 1, 1]


def test_a_row_that_failed_is_on_no_curve(fabricated, made):
    cells = [fabricated.MadeCell("a()", "never"), fabricated.MadeCell("a()", "1d", status="oom")]
    assert made(cells).curves()["every"].tolist() == ["never"]
