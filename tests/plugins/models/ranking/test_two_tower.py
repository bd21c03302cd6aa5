"""two_tower recommends items that it was never trained on, by what is known of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from freshmark import stream_of
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.ranking.two_tower import TwoTower
from freshmark_plugins.strategies.retraining.frozen import Frozen

EVENTS, GENRES, HOUR = 6_000, 4, 3_600_000_000
RECIPE: dict[str, Any] = {"epochs": 8, "lr": 0.02, "batch": 256, "optimiser": "adam"}


def genres_and_new_items(kind):
    """Users like one of four genres; half of the items first come after the warm-up, and are then all that is used."""
    draw = np.random.default_rng(2)
    user = draw.integers(0, 60, EVENTS)
    late = np.arange(EVENTS) > EVENTS // 2
    item = (draw.integers(0, 25, EVENTS) + 25 * late) * GENRES + user % GENRES
    genre = item % GENRES
    feature = {
        "numbers": np.eye(GENRES, dtype=np.float32)[genre] + draw.normal(0, 0.05, (EVENTS, GENRES)).astype(np.float32),
        "words": genre.astype(np.int32) * 7919 + 13,
    }[kind]
    return stream_of(
        name="genres", task="rank", time=np.arange(EVENTS) * HOUR, user=user, item=item, features={"genre": feature}
    )


def hits_of_new_items(ranks, stream, model):
    """HR@50 once all items came: of 200 items, 50 are of the genre of the user, half of them new."""
    got = ranks(Frozen(model, **RECIPE), stream, every="never", warmup=0.5)
    return float(np.mean(got[600:] <= 50))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["numbers", "words"])
def test_items_that_came_after_the_last_update_are_found_by_their_features(ranks, kind):
    stream = genres_and_new_items(kind)
    cold = hits_of_new_items(ranks, stream, MF(dim=16, loss="softmax"))
    warm = hits_of_new_items(ranks, stream, TwoTower(dim=16))
    assert cold == 0.0
    assert warm > 0.95


def test_without_features_of_items_it_is_mf(ranks):
    stream = replace(genres_and_new_items("words"), features={})
    one, other = (ranks(Frozen(model, **RECIPE), stream) for model in (MF(dim=8, loss="softmax"), TwoTower(dim=8)))
    assert np.array_equal(one, other)
