"""Items that appear, are popular more or less, grow stale, and change places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark.errors import UsageError
from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.interactions.catalogue import Catalogue, build_catalogue, with_turnover
from freshmark_datasets.simulators.interactions.presets import Options
from freshmark_datasets.simulators.rhythm import DAY

TRAITS: dict[str, Any] = {
    "topics": 5, "span_days": 100.0, "initial_items": 0.4, "half_life_days": 10.0, "popularity_tail": 1.2
}  # fmt: skip


def catalogue_of(items, seed=0, **traits):
    return build_catalogue(Draws(seed), Options(items=items, **{**TRAITS, **traits}))


def shares(catalogue, topic, time):
    """φ_ki(t), from the definition: popularity times freshness, normalised over those born."""
    popularity = catalogue.standing[catalogue.era(np.array([time]))[0]] / np.exp2(catalogue.birth / catalogue.half_life)
    weight = popularity * 0.5 ** ((time - catalogue.birth) / catalogue.half_life)
    weight *= (catalogue.topic == topic) & (catalogue.birth <= time)
    return weight / weight.sum()


def test_births_are_as_frequent_before_the_start_as_after():
    catalogue = catalogue_of(10_000)
    assert (np.diff(catalogue.birth) >= 0).all()
    assert np.count_nonzero(catalogue.birth < 0) == 4_000
    before = -catalogue.birth[0] / 4_000
    after = catalogue.birth[-1] / 6_000
    assert before == pytest.approx(after, rel=0.01)


def test_every_topic_has_an_item_from_before_the_start():
    for seed in range(20):
        catalogue = catalogue_of(12, seed, initial_items=0.01)
        old = catalogue.topic[catalogue.birth < 0]
        assert set(old) == set(range(5))


def test_a_catalogue_that_is_there_from_the_start_has_no_ages():
    assert (catalogue_of(50, initial_items=1.0).birth == 0).all()


def test_an_item_s_share_falls_to_half_of_a_newborn_s_in_a_half_life():
    catalogue = Catalogue(
        birth=np.array([0, 10 * DAY, 20 * DAY]),
        topic=np.zeros(3, np.int64),
        since=np.array([np.iinfo(np.int64).min]),
        standing=np.exp2(np.array([0.0, 1.0, 2.0]))[np.newaxis],
        half_life=10.0 * DAY,
    )
    time = np.full(70_000, 25 * DAY)
    drawn = np.bincount(catalogue.draw(Draws(0), np.zeros(70_000, np.int64), time), minlength=3) / 70_000
    np.testing.assert_allclose(drawn, [1 / 7, 2 / 7, 4 / 7], atol=0.006)


def test_items_are_drawn_by_their_share_among_those_born():
    catalogue = catalogue_of(40)
    for time in (0, 30 * DAY, 99 * DAY):
        drawn = catalogue.draw(Draws(1), np.full(50_000, 2), np.full(50_000, time))
        expected = shares(catalogue, 2, time)
        np.testing.assert_allclose(np.bincount(drawn, minlength=40) / 50_000, expected, atol=0.01)
        assert (expected[np.unique(drawn)] > 0).all()


def test_mixed_topics_and_times_are_drawn_like_each_alone():
    catalogue = catalogue_of(60)
    topic = np.arange(5_000) % 5
    time = (Draws(2).uniform("t", 5_000) * 100 * DAY).astype(np.int64)
    drawn = catalogue.draw(Draws(1), topic, time)
    assert (catalogue.topic[drawn] == topic).all()
    assert (catalogue.birth[drawn] <= time).all()


def test_freshness_shows_in_the_age_of_what_is_drawn():
    def median_age(half_life_days):
        catalogue = catalogue_of(100_000, half_life_days=half_life_days, popularity_tail=50.0)
        time = np.full(20_000, 90 * DAY)
        drawn = catalogue.draw(Draws(1), np.arange(20_000) % 5, time)
        return np.median(90 * DAY - catalogue.birth[drawn]) / DAY

    # items of equal popularity: ages are exponential, and half of the draws are younger than a half-life
    assert median_age(5.0) == pytest.approx(5.0, rel=0.1)
    assert median_age(15.0) == pytest.approx(15.0, rel=0.1)
    assert median_age(None) > 60.0


def test_mass_is_the_sum_over_the_topic_s_born_items():
    catalogue = catalogue_of(40)
    for time in (0, 50 * DAY):
        born = (catalogue.birth <= time) & (catalogue.topic == 3)
        assert catalogue.mass(0, 3, np.array([time]))[0] == pytest.approx(catalogue.standing[0, born].sum())


def test_a_turnover_makes_the_first_last_within_each_topic_and_leaves_the_others():
    catalogue = catalogue_of(60, half_life_days=None)
    affected = np.flatnonzero(np.arange(60) % 3 > 0)
    after = with_turnover(catalogue, 40 * DAY, affected)
    assert after.era(np.array([40 * DAY - 1, 40 * DAY])).tolist() == [0, 1]
    before, now = after.standing
    spared = np.setdiff1d(np.arange(60), affected)
    assert np.array_equal(before[spared], now[spared])
    for topic in range(5):
        traders = affected[catalogue.topic[affected] == topic]
        assert np.array_equal(np.sort(before[traders]), np.sort(now[traders]))
        assert np.array_equal(np.argsort(before[traders]), np.argsort(-now[traders]))


def test_a_turnover_changes_popularity_and_not_freshness():
    catalogue = catalogue_of(60)
    after = with_turnover(catalogue, 40 * DAY, np.arange(60))
    popularity = after.standing / np.exp2(catalogue.birth / catalogue.half_life)
    np.testing.assert_allclose(np.sort(popularity[0]), np.sort(popularity[1]))
    assert not np.allclose(popularity[0], popularity[1])


def test_draws_before_and_after_a_turnover_follow_their_own_era():
    catalogue = with_turnover(catalogue_of(30, topics=1), 40 * DAY, np.arange(30))
    for time in (40 * DAY - 1, 40 * DAY):
        drawn = catalogue.draw(Draws(1), np.zeros(50_000, np.int64), np.full(50_000, time))
        expected = shares(catalogue, 0, time)
        np.testing.assert_allclose(np.bincount(drawn, minlength=30) / 50_000, expected, atol=0.01)


def test_a_half_life_too_short_for_a_float_is_refused():
    with pytest.raises(UsageError, match=r"half_life_days is 0\.02"):
        catalogue_of(100, half_life_days=0.02)
