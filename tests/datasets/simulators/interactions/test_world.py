"""Worlds: who and what a drift is planted in, births and churn as the events show them."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.contract.streams.stream import SECOND
from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.interactions.drift import drift
from freshmark_datasets.simulators.interactions.presets import options
from freshmark_datasets.simulators.interactions.world import build, simulate
from freshmark_datasets.simulators.rhythm import DAY


@pytest.fixture(scope="module")
def chosen():
    return options("small", {})


@pytest.fixture(scope="module")
def world(chosen):
    return build(Draws(0), chosen)


@pytest.fixture(scope="module")
def stream():
    return drift("small").load()


def test_drifts_are_planted_when_the_schedule_says(world, chosen):
    places = [
        (one.kind, one.begin / (chosen.span_days * DAY), one.end / (chosen.span_days * DAY)) for one in world.planted
    ]
    assert [(kind, round(begin, 3), round(end, 3)) for kind, begin, end in places] == [
        ("sudden", 0.4, 0.4),
        ("popularity", 0.5, 0.5),
        ("gradual", 0.57, 0.65),
        ("recurring", 0.7, 0.75),
        ("recurring", 0.8, 0.85),
        ("incremental", 0.88, 0.97),
    ]


def test_a_drift_affects_its_share_of_those_born_by_then_and_no_one_else(world, chosen):
    for one in world.planted:
        rows, birth = (
            (one.items, world.catalogue.birth) if one.kind == "popularity" else (one.users, world.population.birth)
        )
        assert (birth[rows] < one.begin).all()
        assert len(rows) / np.count_nonzero(birth < one.begin) == pytest.approx(chosen.share, abs=0.07)


def test_one_option_does_not_change_what_another_draws(chosen):
    more = build(Draws(0), options("small", {"items": 2 * chosen.items, "drifts": "none"}))
    less = build(Draws(0), chosen)
    assert np.array_equal(more.population.activity, less.population.activity)
    assert np.array_equal(more.interests.concepts[0], less.interests.concepts[0])


def test_what_happens_happens_to_the_born_and_the_living(world, chosen):
    log = simulate(Draws(0), world, chosen)
    assert len(log.time) == chosen.events
    assert (world.population.birth[log.user] <= log.time).all()
    assert (log.time < world.population.death[log.user]).all()
    assert (world.catalogue.birth[log.item] <= log.time).all()


def test_users_keep_arriving_and_users_leave(stream):
    day = (stream.time - stream.time[0]) / (DAY * SECOND)
    first = np.array([day[stream.user == user][0] for user in range(len(stream.users))])
    last = np.array([day[stream.user == user][-1] for user in range(len(stream.users))])
    arrivals = np.histogram(first[first > 15], bins=[15, 40, 65, 90])[0]
    assert arrivals.min() > 0.6 * arrivals.max() > 30
    early = first < 30
    assert np.mean(last[early] < 60) > 0.3


def test_items_keep_arriving_and_grow_stale(stream):
    day = (stream.time - stream.time[0]) / (DAY * SECOND)
    items = len(stream.items)
    born = np.array([day[stream.item == item][0] for item in range(items)])
    assert np.histogram(born, bins=[30, 60, 90])[0].min() > 100
    early, late = (day >= 20) & (day < 30), (day >= 80)
    old = born[stream.item] < 20
    assert old[early].mean() > 0.5
    assert old[late].mean() < old[early].mean() / 5


def test_a_world_without_births_and_churn_has_neither():
    stream = drift("null").load()
    first = np.array([np.argmax(stream.user == user) for user in range(len(stream.users))])
    assert first.max() < len(stream) * 0.1
    last_fifth = stream.user[-len(stream) // 5 :]
    assert len(np.unique(last_fifth)) == len(stream.users)
