"""Facts that a correct implementation shows: who must beat whom where things drift, and what is known of real data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark import stream_of
from freshmark.replay.timeline import Settings, Timeline
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.counting.chance import Random
from freshmark_plugins.strategies.counting.itemknn import ItemKNN
from freshmark_plugins.strategies.counting.popularity import Popularity
from freshmark_plugins.strategies.factorisation.online_mf import OnlineMF
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.retraining.frozen import Frozen
from freshmark_plugins.strategies.retraining.retrain import Retrain


@pytest.fixture(scope="module")
def drifting(make_log):
    return make_log(6000, users=150, items=200)


@pytest.fixture(scope="module")
def hits(drifting, ranks):
    def share(strategy, every="12h"):
        return float((ranks(strategy, drifting, every=every) <= 10).mean())

    return share


def test_chance_is_what_chance_gives(hits, drifting):
    line = Timeline(drifting, Settings())
    assert hits(Random()) == pytest.approx(float((10 / line.candidates[line.first :]).mean()), abs=0.015)


@pytest.mark.parametrize("model", [lambda: MF(dim=8), lambda: MF(dim=8, loss="softmax")])
def test_every_way_to_update_a_model_beats_leaving_it(hits, model):
    options: dict[str, Any] = {"batch": 64, "lr": 0.05}
    frozen = hits(Frozen(model(), **options), "never")
    assert hits(Finetune(model())) > 1.5 * frozen
    assert hits(Retrain(model(), window="5d", **options)) > 1.5 * frozen


@pytest.mark.parametrize("learner", [lambda: OnlineMF(dim=8), ItemKNN, lambda: Popularity(window="2d")])
def test_learning_with_every_event_beats_learning_once(hits, learner):
    assert hits(learner(), "event") > 1.1 * hits(learner(), "never")


def test_knowing_the_user_beats_popularity(hits):
    assert min(hits(ItemKNN()), hits(OnlineMF(dim=8))) > 1.2 * hits(Popularity())


GOLDEN = {
    ("never", None): (0.048186, 0.025216, 0.025407),
    ("1w", None): (0.106586, 0.056751, 0.052712),
    ("1d", None): (0.125571, 0.065968, 0.059313),
    ("1h", None): (0.129657, 0.068027, 0.060873),
    ("event", None): (0.129929, 0.068153, 0.060963),
    ("1w", "update"): (0.202357, 0.122804, 0.107716),
    ("1d", "update"): (0.227500, 0.150142, 0.133015),
}


@pytest.mark.parametrize(("every", "window"), GOLDEN)
def test_popularity_gives_the_golden_numbers(tweets, ranks, every, window):
    rank = ranks(Popularity(window=window), tweets, every=every)
    found = [(rank <= 10).mean(), np.where(rank <= 10, 1 / np.log2(rank + 1), 0).mean(), (1 / rank).mean()]
    assert found == pytest.approx(GOLDEN[every, window], abs=1.1e-6)


def test_models_kept_up_to_date_clearly_beat_popularity_left_alone(tweets, ranks):
    left_alone = GOLDEN["never", None][0]
    for strategy in (Finetune(MF()), OnlineMF(), ItemKNN(), Retrain(MF(), window="14d")):
        assert (ranks(strategy, tweets, every="1w") <= 10).mean() > 1.8 * left_alone, strategy


@pytest.fixture(scope="module")
def tweets(shared_data):
    columns = np.loadtxt(
        shared_data / "movietweetings-100k" / "ratings.dat", np.int64, delimiter=":", usecols=(0, 2, 6)
    )
    user, item, seconds = columns.T
    return stream_of(name="tweets", task="rank", time=seconds * 10**6, user=user, item=item, repeats=False)
