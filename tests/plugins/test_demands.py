"""What a strategy cannot do without is said when it is built, not when it first updates."""

from __future__ import annotations

import pytest
from freshmark import FreshmarkError
from freshmark_plugins.demands import demand_dense, demand_whole
from freshmark_plugins.learner import Learner
from freshmark_plugins.models.mf import MF
from freshmark_plugins.stopping import Stop
from freshmark_plugins.strategies.adapter import Adapter
from freshmark_plugins.strategies.bitfit import BitFit
from freshmark_plugins.strategies.head_tune import HeadTune
from freshmark_plugins.strategies.lora import LoRA
from freshmark_plugins.strategies.maml import FOMAML, MAML
from freshmark_plugins.strategies.reptile import Reptile


def test_gradients_of_single_rows_are_refused_by_name():
    with pytest.raises(FreshmarkError, match="this needs dense gradients"):
        demand_dense(Learner(MF(), sparse=True), "this")
    demand_dense(Learner(MF()), "this")


def test_a_stop_rule_is_refused_by_name():
    with pytest.raises(FreshmarkError, match="this cannot stop early"):
        demand_whole(Learner(MF(), stop=Stop(loss=None, patience=1)), "this")
    demand_whole(Learner(MF()), "this")


@pytest.mark.parametrize("strategy", [HeadTune, BitFit, LoRA, Adapter, Reptile, MAML, FOMAML])
def test_whose_weights_are_made_of_others_cannot_stop_early(strategy):
    with pytest.raises(FreshmarkError, match="cannot stop early"):
        strategy(MF(), patience=1)
