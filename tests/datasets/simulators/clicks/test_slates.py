"""Slates: shown together, none twice, by propensities that are what they are said to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark.errors import UnknownName, UsageError
from freshmark_datasets.simulators.clicks.click_options import ClickOptions
from freshmark_datasets.simulators.clicks.click_stream import clicks
from freshmark_datasets.simulators.clicks.slates import shown, weights
from freshmark_datasets.simulators.draws import Draws

SMALL: dict[str, Any] = {"events": 30_000, "items": 20, "slate": 3}


def slates(**options):
    return shown(Draws(0), ClickOptions(**options)).reshape(-1, options["slate"])


@pytest.fixture(scope="module")
def stream():
    return clicks(slate=4, events=20_001, items=50).load()


def test_what_is_shown_together_has_one_time_one_user_and_one_context(stream):
    assert len(stream) == 20_000
    for column in (stream.time, stream.user):
        slate = column.reshape(-1, 4)
        assert (slate == slate[:, :1]).all()
    context = stream.features["x"][:, 6:].reshape(-1, 4, 2)
    assert np.array_equal(context, np.repeat(context[:, :1], 4, axis=1))


def test_position_counts_from_zero_in_each_slate_and_propensity_belongs_to_the_item(stream):
    assert np.array_equal(stream.features["position"], np.tile(np.arange(4), 5_000))
    propensity = stream.features["propensity"]
    _, first = np.unique(stream.item, return_index=True)
    assert np.array_equal(propensity, propensity[first][stream.item])
    assert propensity[first].sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("policy", ["exposure", "uniform"])
def test_an_item_is_shown_at_each_position_as_often_as_its_propensity_says(policy):
    result, share = slates(**SMALL, policy=policy), weights(Draws(0), ClickOptions(**SMALL, policy=policy))
    for place in range(3):
        rate = np.bincount(result[:, place], minlength=20) / len(result)
        assert (np.abs(rate - share) < 4 * np.sqrt(share * (1 - share) / len(result))).all()


@pytest.mark.parametrize("slate", [3, 12, 20])
def test_no_slate_shows_an_item_twice_however_popular(slate):
    result = slates(events=6_000, items=20, slate=slate)
    assert all(len(set(row)) == slate for row in result.tolist())


def test_what_is_too_popular_for_a_slate_goes_to_the_others():
    wide = weights(Draws(0), ClickOptions(items=20, slate=12))
    assert wide.sum() == pytest.approx(1)
    assert wide.max() == pytest.approx(1 / 12)
    assert (weights(Draws(0), ClickOptions(items=20, policy="uniform")) == 1 / 20).all()


def test_one_item_at_a_time_records_neither():
    assert set(clicks(events=100).load().features) == {"x"}


def test_the_oracle_knows_nothing_of_the_slate(stream):
    spread = np.sqrt(np.sum(stream.oracle * (1 - stream.oracle)))
    for place in range(4):
        rows = stream.features["position"] == place
        assert abs((stream.label - stream.oracle)[rows].sum()) < 3.5 * spread / 2


def test_slates_that_cannot_be_filled_and_policies_that_are_none_are_refused():
    with pytest.raises(UsageError, match="slate is 30"):
        clicks(slate=30, items=20)
    with pytest.raises(UsageError, match="slate is 0"):
        clicks(slate=0)
    with pytest.raises(UnknownName, match="did you mean 'uniform'"):
        clicks(policy="uniforme")


def test_slates_are_delayed_as_other_impressions_are():
    late = clicks(slate=5, events=5_000, delay_hours=6).load()
    assert len(late.label_delay) == len(late) == 5_000
    assert late.label_delay[late.label == 1].mean() / 3.6e9 == pytest.approx(6, rel=0.15)
