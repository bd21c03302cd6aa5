"""two_tower recommends items that it was never trained on, by what is known of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
import torch
from freshmark import Attributes, Past, Run, stream_of
from freshmark_plugins.models.ranking import two_tower
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
def test_items_that_came_after_the_last_update_are_ranked_by_their_features(ranks, kind):
    stream = genres_and_new_items(kind)
    cold = hits_of_new_items(ranks, stream, MF(dim=16, loss="softmax"))
    warm = hits_of_new_items(ranks, stream, TwoTower(dim=16))
    assert cold == 0.0
    assert warm > 0.95


def test_without_features_of_items_it_is_mf(ranks):
    stream = replace(genres_and_new_items("words"), features={})
    one, other = (ranks(Frozen(model, **RECIPE), stream) for model in (MF(dim=8, loss="softmax"), TwoTower(dim=8)))
    assert np.array_equal(one, other)


def built(stream):
    """A model of items that are known by their features, and the function that reveals the first m of them."""
    features, reveal = Attributes.with_writer(stream.attributes("item"))
    reveal(40)
    model = TwoTower(dim=4)
    rng = np.random.default_rng(0)
    model.build(Run("rank", 0, rng, cast("Past", None), users=5, items=30, item_features=features))
    return model, reveal


@pytest.mark.parametrize("kind", ["numbers", "words"])
def test_features_are_read_once_for_each_item_and_give_the_same_vectors(kind, monkeypatch):
    model, reveal = built(genres_and_new_items(kind))
    one, _ = model.item_factors()
    monkeypatch.setattr(TwoTower, "_numbers_of", None)
    monkeypatch.setattr(two_tower, "buckets", None)
    again, _ = model.item_factors()
    assert one.shape == (40, 4)
    assert torch.equal(one, again)
    monkeypatch.undo()
    reveal(50)
    more, _ = model.item_factors()
    assert torch.allclose(more[:40], one)
    assert len(more) == 50
    whole, _ = built(genres_and_new_items(kind))[0].item_factors()
    assert torch.equal(whole, one)


def test_the_state_has_what_numbers_are_standardised_by():
    stream = genres_and_new_items("numbers")
    model, _ = built(stream)
    state = model.state()
    assert state["mean"].shape == state["deviation"].shape == (GENRES,)
    assert np.allclose(
        state["mean"], np.asarray(genres_and_new_items("numbers").attributes("item")["genre"])[:40].mean(0)
    )
