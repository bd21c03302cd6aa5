"""Every model of clicks, ratings and classes under every way to keep a model up to date."""

from __future__ import annotations

from importlib import import_module

import freshmark_plugins
import numpy as np
import pytest
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline
from freshmark.testing import check_strategy
from freshmark.testing.streams import small_stream
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.retraining.frozen import Frozen
from freshmark_plugins.strategies.retraining.retrain import Retrain

STRATEGIES = {"frozen": Frozen, "finetune": Finetune, "retrain": Retrain}


def model_of(name):
    module, kind = freshmark_plugins.register_models()[name].split(":")
    make = getattr(import_module(module), kind)
    return make(**({"bits": 8} if "bits" in make.__init__.__annotations__ else {}))


MODELS = [name for name in freshmark_plugins.register_models() if not model_of(name).tasks & {"rank"}]
CASES = [(name, task) for name in MODELS for task in sorted(model_of(name).tasks)]


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(("name", "task"), CASES)
def test_it_can_be_kept_up_to_date(strategy, name, task):
    timeline = Timeline(small_stream(task), Settings(probes=0))
    built = STRATEGIES[strategy](model_of(name), epochs=1, batch=64)
    outcomes = replay(timeline, built, Schedule.parse("1m")).tables["outcomes"]
    assert len(np.unique(outcomes["prediction"])) > 1


@pytest.mark.parametrize("name", MODELS)
def test_finetuned_it_keeps_the_contract(name):
    found = check_strategy(lambda: Finetune(model_of(name), epochs=1), every="1m")
    assert [str(one) for one in found if not one.ok] == []
