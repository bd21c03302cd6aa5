"""The oracle against the definition, item by item; the sampler against the probabilities that the oracle ranks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.interactions.drift import drift
from freshmark_datasets.simulators.interactions.oracle import oracle_ranks
from freshmark_datasets.simulators.interactions.presets import options
from freshmark_datasets.simulators.interactions.world import Log, build, simulate


def probability(world, user, time):
    """(items,) P(i|u,t) of every item, computed directly from its definition."""
    moment = np.array([time])
    theta = world.interests.share(np.array([user]), moment)[0]
    standing = world.catalogue.standing[world.catalogue.era(moment)[0]] * (world.catalogue.birth <= time)
    return (theta / np.bincount(world.catalogue.topic, standing))[world.catalogue.topic] * standing


def ranks_by_definition(world, log):
    """One event at a time, all items compared: the text of the protocol, nothing clever."""
    ranks = []
    for user, item, time in zip(log.user, log.item, log.time, strict=True):
        candidates = np.unique(log.item[log.time < time])
        if item not in candidates:
            ranks.append(np.inf)
            continue
        chance = probability(world, int(user), int(time))
        others = chance[candidates[candidates != item]]
        ranks.append(1 + np.count_nonzero(others > chance[item]) + np.count_nonzero(others == chance[item]) / 2)
    return np.array(ranks)


def simulated(seed=0, **overrides):
    chosen = options("tiny", overrides)
    draws = Draws(seed)
    world = build(draws, chosen)
    return world, simulate(draws, world, chosen)


def ranked(world, log):
    return oracle_ranks(world.catalogue, world.interests, time=log.time, user=log.user, item=log.item)


@pytest.mark.parametrize("seed", range(3))
def test_ranks_are_those_of_the_definition(seed):
    world, log = simulated(seed, drifts="sudden@0.3,popularity@0.5,incremental@0.6-0.8,popularity@0.9")
    assert len(world.catalogue.since) == 3
    np.testing.assert_array_equal(ranked(world, log), ranks_by_definition(world, log))


def test_ranks_are_those_of_the_definition_where_many_events_share_a_second():
    world, log = simulated(span_days=0.01, drifts="none", half_life_days=None, lifetime_days=None)
    assert np.count_nonzero(np.diff(log.time) == 0) > 500
    np.testing.assert_array_equal(ranked(world, log), ranks_by_definition(world, log))


def test_items_that_are_equally_probable_share_a_rank():
    world, log = simulated(drifts="none", half_life_days=None, topics=1)
    level = replace(world, catalogue=replace(world.catalogue, standing=np.ones_like(world.catalogue.standing)))
    expected = ranks_by_definition(level, log)
    np.testing.assert_array_equal(ranked(level, log), expected)
    known = np.array([len(np.unique(log.item[log.time < time])) for time in log.time])
    np.testing.assert_array_equal(expected[np.isfinite(expected)], (known[np.isfinite(expected)] + 1) / 2)


def test_an_item_never_seen_before_is_a_miss_and_an_item_of_the_same_second_too():
    world, _ = simulated(drifts="none", half_life_days=None)
    log = Log(time=np.array([5, 5, 6, 6]), user=np.zeros(4, np.int64), item=np.array([0, 0, 0, 1]))
    np.testing.assert_array_equal(ranked(world, log), [np.inf, np.inf, 1.0, np.inf])


def test_chunks_and_eras_change_nothing(monkeypatch):
    world, log = simulated()
    whole = ranked(world, log)
    monkeypatch.setattr("freshmark_datasets.simulators.interactions.oracle.CHUNK", 7)
    np.testing.assert_array_equal(ranked(world, log), whole)


def test_probabilities_sum_to_one_and_give_the_unborn_nothing():
    world, log = simulated()
    for row in (0, 700, 1_999):
        chance = probability(world, int(log.user[row]), int(log.time[row]))
        assert chance.sum() == pytest.approx(1.0)
        assert (chance[world.catalogue.birth > log.time[row]] == 0).all()


def test_what_happens_follows_the_probabilities():
    """Chi-square of 40,000 events of one user at one moment of a gradual drift, 1 % level and a fixed seed."""
    world, _ = simulated(drifts="gradual@0.4-0.6")
    moment = 30 * 86_400
    user = int(world.planted[0].users[0])
    who, when = np.full(40_000, user), np.full(40_000, moment)
    draws = Draws(5)
    drawn = world.catalogue.draw(draws, world.interests.draw(draws, who, when), when)
    expected = probability(world, user, moment) * 40_000
    common = expected >= 5
    observed = np.bincount(drawn, minlength=len(expected)).astype(float)
    pooled = np.append(observed[common], observed[~common].sum()), np.append(expected[common], expected[~common].sum())
    freedom = np.count_nonzero(common)
    chi = ((pooled[0] - pooled[1]) ** 2 / pooled[1]).sum()
    assert abs(chi - freedom) < 2.6 * np.sqrt(2 * freedom)


@pytest.mark.parametrize("k", [1, 5, 10, 50])
def test_no_ranking_by_what_is_known_of_the_past_hits_more_often_than_the_oracle(k):
    world, log = simulated()
    oracle = ranked(world, log)
    counts = np.zeros(len(world.catalogue))
    hits = 0
    for item, best in zip(log.item, oracle, strict=True):
        above, level = np.count_nonzero(counts > counts[item]), np.count_nonzero(counts == counts[item]) - 1
        hits += np.isfinite(best) and 1 + above + level / 2 <= k
        counts[item] += 1
    assert np.count_nonzero(oracle <= k) > hits


def test_a_stream_carries_the_oracle_in_the_order_of_its_events():
    world, log = simulated(seed=3)
    np.testing.assert_array_equal(drift("tiny", seed=3).load().oracle, ranked(world, log))
