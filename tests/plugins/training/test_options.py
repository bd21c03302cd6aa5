"""Every strategy over a model: the options it shows are those it takes, with the same defaults."""

from typing import ClassVar

import pytest
from freshmark import UnknownName
from freshmark.runs.catalogue.registry import load
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.retraining.frozen import Frozen
from freshmark_plugins.strategies.retraining.model_strategy import ModelStrategy
from freshmark_plugins.training.options import Training, options_of

REGISTRY = load()
TRAINED = [
    name
    for name in REGISTRY.names("strategies")
    if isinstance(built := REGISTRY.factory("strategies", name), type) and issubclass(built, ModelStrategy)
]


@pytest.mark.parametrize("name", TRAINED)
def test_the_options_shown_are_those_taken(name):
    shown = REGISTRY.signature("strategies", name).parameters.values()
    strategy = REGISTRY.factory("strategies", name)
    notes = REGISTRY.option_notes("strategies", name)
    taken = options_of(strategy, {})
    shared = {one.name: one.default for one in shown if one.name in Training.__annotations__}
    assert shared.items() <= taken.items()
    assert notes.keys() >= shared.keys()
    with pytest.raises(UnknownName, match="did you mean 'lr'"):
        options_of(strategy, {"lrr": 0.1})  # type: ignore[typeddict-unknown-key]  # as a plan might


def test_an_option_that_a_strategy_fixes_is_refused():
    with pytest.raises(UnknownName, match="shuffle"):
        Frozen(MF(), shuffle=False)


def test_a_subclass_names_what_it_changes():
    class Slow(Finetune):
        recipe: ClassVar[Training] = {"lr": 0.001}

    assert Slow(MF(), epochs=2).learner.optimise.keywords["lr"] == 0.001
    assert options_of(Slow, {"epochs": 2}) == {**Finetune.recipe, "lr": 0.001, "epochs": 2}
