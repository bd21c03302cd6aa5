"""What captions of charts say agrees with the verdict, on random made-up runs."""

import numpy as np
import pandas as pd
import pytest
from freshmark_reports.sections import schedules, staleness, tradeoff

SKILLS = (0.05, 0.3, 0.31, 0.6)


def captions(function, results):
    return [part.finding for section in function(results) for part in section.parts]


@pytest.fixture(params=range(5))
def results(request, fabricated, made):
    """Two strategies at four schedules; skills and seeds are drawn."""
    rng = np.random.default_rng(request.param)
    cells = [
        fabricated.MadeCell(name, every, float(rng.choice(SKILLS)), seed=seed, luck=request.param)
        for name in ("a()", "b()")
        for every in ("never", "1w", "1d", "1h")
        for seed in range(int(rng.integers(1, 3)))
    ]
    return made(cells, [fabricated.MadeStream(events=1500)])


def test_the_knee_of_the_chosen_strategy_is_the_choice(results):
    (verdict,), curves = results.verdicts(), results.curves()
    own = curves[(curves["strategy"] == verdict.chosen[0]) & curves["knee"]]
    assert own["every"].tolist() == ([verdict.chosen[1]] if verdict.settled else [])


def test_the_schedule_with_the_ring_is_the_knee(fabricated, made):
    cells = [
        fabricated.MadeCell("a()", every, skill, update_seconds=0.5)
        for every, skill in (("never", 0.1), ("1d", 0.6), ("1h", 0.602))
    ]
    results = made(cells, [fabricated.MadeStream(events=12_000)]).tolerating("10%")
    (text,) = captions(schedules.section, results)
    assert results.curves().set_index("every")["knee"].tolist() == [False, True, False]
    assert "Every 1d (ring)" in text
    assert results.verdicts()[0].sentence == "Update a() daily."


def test_what_is_at_once_the_best_and_the_cheapest_is_the_choice(fabricated, made):
    cells = [fabricated.MadeCell("good()", skill=0.6, update_seconds=1e-4), fabricated.MadeCell("dear()", skill=0.55)]
    results = made(cells)
    (text,) = captions(tradeoff.section, results)
    assert text.startswith("good() every 1d is at once the best and the cheapest")
    assert results.verdicts()[0].chosen == ("good()", "1d", "0s")


def test_no_half_life_is_stated_of_ages_that_are_other_events(results):
    assert all("Half of what" not in text for text in captions(staleness.section, results))


@pytest.mark.parametrize(("interval", "stated"), [(0.0, True), (86_400.0, True), (7 * 86_400.0, False)])
def test_no_half_life_is_stated_that_a_slower_schedule_contradicts(interval, stated):
    """Half is gone after 15 hours, and a week between updates is shown to be good enough: one of the two misleads."""
    ages = [3_600.0, 54_000.0, 90_000.0]
    names = {"stream": "s", "strategy": "a()", "every": "1d", "delay": "0s", "metric": "ndcg@10", "source": "matrix"}
    shown = pd.DataFrame(
        [
            names | {"name": "a() every 1d", "age_seconds": age, "retained": left}
            for age, left in zip(ages, (0.9, 0.5, 0.2), strict=True)
        ]
    )
    text = staleness._finding(shown, {"a()": interval})
    assert ("Half of what a() every 1d gains by updating is gone after 15" in text) == stated
