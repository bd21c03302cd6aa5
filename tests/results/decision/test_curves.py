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


COSTS = {"never": 10.0, "1w": 20.0, "1d": 100.0, "1h": 1000.0}


def points(made_row, said, earned, **options):
    rows = [made_row("a()", every, value, COSTS[every], **options) for every, value in earned.items()]
    return {point.every: point for point in said(rows).curves}


@pytest.mark.parametrize(
    ("earned", "flat", "knee"),
    [
        ({"never": 0.2, "1w": 0.25, "1d": 0.4, "1h": 0.402}, {"1d", "1h"}, "1d"),
        ({"never": 0.4, "1d": 0.4, "1h": 0.4}, {"never", "1d", "1h"}, "never"),
        ({"1w": 0.4, "1d": 0.3, "1h": 0.2}, {"1w"}, "1w"),
    ],
)
def test_the_knee_is_the_cheapest_schedule_that_is_shown_to_be_within_the_tolerance(made_row, said, earned, flat, knee):
    found = points(made_row, said, earned)
    assert {every for every, point in found.items() if point.flat} == flat
    assert {every for every, point in found.items() if point.knee} == {knee}


def test_where_nothing_is_shown_there_is_no_knee(made_row, said):
    found = points(made_row, said, {"never": 0.3, "1d": 0.31}, own=0.5)
    assert not any(point.flat or point.knee for point in found.values())
    assert found["never"].regret_bound > 0.02


def test_the_knee_of_the_chosen_strategy_is_the_verdicts(made_row, said):
    """Weekly would be within the tolerance of daily, and is not within that of the best of all."""
    rows = [made_row("a()", "1w", 0.3, 20.0), made_row("a()", "1d", 0.303, 100.0),
            made_row("b()", "1d", 0.3075, 1000.0)]  # fmt: skip
    found = said(rows)
    assert found.verdict.chosen == ("a()", "1d", "0s")
    assert [point.every for point in found.curves if point.knee and point.strategy == "a()"] == ["1d"]


def test_a_step_is_the_gain_over_the_next_slower_schedule_and_what_it_costs(curve):
    table = curve({"never": 0.2, "1w": 0.35, "1d": 0.5}, update_seconds=0.1)
    assert np.isnan(table.loc["never", "step"])
    assert table.loc["1d", "step"] == pytest.approx(table.loc["1d", "value"] - table.loc["1w", "value"])
    assert table.loc["1d", "step"] > table.loc["1d", "step_margin"] > 0
    assert table.loc["1d", "step_cost"] > 1.5


def test_strategies_and_delays_have_curves_of_their_own(fabricated, made):
    cells = [
        fabricated.MadeCell(name, every, skill, delay=delay)
        for name in ("a()", "b()")
        for every, skill in (("never", 0.2), ("1d", 0.5))
        for delay in ("0s", "10m")
    ]
    table = made(cells).curves()
    assert len(table) == 8
    assert table.groupby(["strategy", "delay"])["knee"].sum().max() == 1


def test_a_row_that_failed_is_on_no_curve(fabricated, made):
    cells = [fabricated.MadeCell("a()", "never"), fabricated.MadeCell("a()", "1d", status="oom")]
    assert made(cells).curves()["every"].tolist() == ["never"]
