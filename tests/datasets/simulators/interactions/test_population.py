"""Users who arrive, act, and leave."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark.errors import UsageError
from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.interactions.population import FOREVER, Population, build_population
from freshmark_datasets.simulators.rhythm import DAY

TRAITS: dict[str, Any] = {"span_days": 100.0, "initial": 0.4, "lifetime_days": 30.0, "tail": 1.5}


def test_the_initial_share_is_there_from_the_start_and_the_others_arrive_evenly():
    population = build_population(Draws(0), 10_000, **TRAITS)
    assert np.count_nonzero(population.birth == 0) == 4_000
    late = population.birth[4_000:]
    assert (np.diff(late) >= 0).all()
    quarters = np.bincount((late / (25 * DAY)).astype(int), minlength=4)
    np.testing.assert_allclose(quarters / 6_000, 0.25, atol=0.02)


def test_lifetimes_are_exponential_with_the_given_mean():
    population = build_population(Draws(0), 20_000, **TRAITS)
    lived = (population.death - population.birth) / DAY
    assert lived.min() > 0
    assert lived.mean() == pytest.approx(30.0, rel=0.03)
    assert (lived > 30.0).mean() == pytest.approx(np.exp(-1), abs=0.02)


def test_without_a_lifetime_no_user_leaves():
    population = build_population(Draws(0), 100, **{**TRAITS, "lifetime_days": None})
    assert (population.death == FOREVER).all()


def test_only_the_living_act():
    population = build_population(Draws(0), 500, **TRAITS)
    time = np.sort((Draws(1).uniform("t", 20_000) * 100 * DAY).astype(np.int64))
    user = population.draw(Draws(0), time)
    assert (population.birth[user] <= time).all()
    assert (time < population.death[user]).all()


def test_the_living_act_in_proportion_to_their_activity():
    population = Population(
        birth=np.array([0, 0, 0, 50]),
        death=np.array([10, FOREVER, FOREVER, FOREVER]),
        activity=np.array([9.0, 1, 3, 4]),
    )
    early = np.bincount(population.draw(Draws(0), np.full(50_000, 5)), minlength=4) / 50_000
    np.testing.assert_allclose(early, [9 / 13, 1 / 13, 3 / 13, 0], atol=0.01)
    between = np.bincount(population.draw(Draws(0), np.full(50_000, 10)), minlength=4) / 50_000
    np.testing.assert_allclose(between, [0, 1 / 4, 3 / 4, 0], atol=0.01)
    late = np.bincount(population.draw(Draws(0), np.full(50_000, 50)), minlength=4) / 50_000
    np.testing.assert_allclose(late, [0, 1 / 8, 3 / 8, 4 / 8], atol=0.01)


def test_a_smaller_tail_makes_activity_more_unequal():
    def top_share(tail):
        activity = np.sort(build_population(Draws(0), 1_000, **{**TRAITS, "tail": tail}).activity)
        return activity[-100:].sum() / activity.sum()

    assert top_share(1.2) > top_share(1.5) + 0.05 > top_share(5.0) + 0.1


def test_a_population_that_died_out_is_an_error_and_no_endless_loop():
    population = Population(np.array([0]), np.array([10]), np.array([1.0]))
    with pytest.raises(UsageError, match="longer lifetime_days"):
        population.draw(Draws(0), np.array([5, 20]))
