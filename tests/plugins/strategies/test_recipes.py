"""Strategies over one model begin with one model: they differ in how they update it, and in nothing before."""

import numpy as np
import pytest
from freshmark.runs.catalogue.registry import load
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.retraining.frozen import Frozen
from freshmark_plugins.strategies.retraining.retrain import Retrain

REGISTRY = load()
OTHERWISE = {
    "online_sgd": "a step per event",
    "batch_gd": "steps along the gradient of everything",
    "maml": "learns steps from one batch to the next",
    "fomaml": "likewise",
    "melu": "learns what adapts to a user",
    "drift_retrain": "needs an extra",
    "transfer": "begins with another stream",
    "delayed": "over models of clicks",
}
SAME = [
    name
    for name in REGISTRY.names("strategies")
    if "model" in REGISTRY.signature("strategies", name).parameters and name not in OTHERWISE
]
MODELS = ["mf(dim=4)", "mf(dim=4, optimiser='adagrad', lr=0.1, epochs=2, batch=32)", "mf(dim=4, patience=1, epochs=3)"]


def factors(strategy, query):
    answer = strategy.factors(query(range(30)))
    return np.concatenate([np.ravel(part) for part in (answer.user, answer.item, answer.bias)])


@pytest.mark.parametrize("model", MODELS[:2])
@pytest.mark.parametrize("name", SAME)
def test_a_strategy_begins_with_what_frozen_begins_with(walk, stream, query, name, model):
    built = (REGISTRY.build("strategies", f"{one}({model})") for one in ("frozen", name))
    one, other = (factors(walk(strategy, stream).strategy, query) for strategy in built)
    assert np.array_equal(one, other)


@pytest.mark.parametrize("model", MODELS)
def test_frozen_retrain_and_finetune_have_equal_parameters_before_the_first_update(walk, stream, model):
    one, *others = (
        walk(REGISTRY.build("strategies", f"{name}({model})"), stream).strategy.model.state()
        for name in ("frozen", "retrain", "finetune")
    )
    for other in others:
        assert one.keys() == other.keys()
        assert all(np.array_equal(array, other[name]) for name, array in one.items())


@pytest.mark.parametrize("strategy", [Frozen, Finetune, Retrain])
def test_what_a_strategy_is_given_counts_before_what_the_model_is(walk, stream, assert_same_state, strategy):
    given = {"lr": 0.1, "optimiser": "adagrad", "batch": 32}
    one = walk(strategy(MF(dim=4, lr=0.5, optimiser="sgd"), **given), stream).update(400)
    other = walk(strategy(MF(dim=4, **given)), stream).update(400)  # type: ignore[arg-type]
    assert_same_state(one, other)


def test_the_epochs_of_an_update_are_not_those_of_the_warm_up_where_training_goes_on():
    passes = [
        (one.warmup_epochs, one.epochs)
        for one in (strategy(MF(epochs=7), epochs=2) for strategy in (Frozen, Finetune, Retrain))
    ]
    assert passes == [(2, 2), (7, 2), (2, 2)]
    assert Finetune(MF(epochs=7, warmup_epochs=9)).warmup_epochs == 9
    assert Finetune(MF(epochs=7), warmup_epochs=3).warmup_epochs == 3
