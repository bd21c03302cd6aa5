"""Where drifts are planted, every model that ranks earns from updates what its frozen self and popularity do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from freshmark_datasets.simulators.interactions.drift import drift
from freshmark_plugins.models.ranking.gru4rec import GRU4Rec
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.ranking.multvae import MultVAE
from freshmark_plugins.models.ranking.neumf import NeuMF
from freshmark_plugins.models.ranking.sasrec import SASRec
from freshmark_plugins.strategies.counting.popularity import Popularity
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.retraining.frozen import Frozen

MODELS: dict[str, Callable[[], Any]] = {
    "mf(logistic)": lambda: MF(dim=16, loss="logistic"),
    "neumf": NeuMF,
    "gru4rec": lambda: GRU4Rec(dim=32, negatives=64),
    "sasrec": lambda: SASRec(dim=32, blocks=1),
    "sasrec(logistic)": lambda: SASRec(dim=32, blocks=1, loss="logistic", negatives=8),
    "multvae": lambda: MultVAE(50, dim=20),
}


@pytest.mark.parametrize("name", MODELS)
def test_daily_updates_beat_none_and_popularity_as_fresh(name, ranks):
    stream = drift(preset="tiny").load()

    def hits(strategy):
        return float(np.mean(ranks(strategy, stream, every="1d") <= 10))

    kept = hits(Finetune(MODELS[name](), batch=64))
    assert kept > hits(Frozen(MODELS[name](), epochs=5, optimiser="adam", lr=0.01, batch=64)) + 0.15
    assert kept > hits(Popularity()) + 0.15
