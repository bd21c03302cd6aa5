"""The recipe of a model, and the options of every strategy over it: what is shown is what is taken."""

from typing import Any, ClassVar

import pytest
from freshmark import UnknownName
from freshmark.runs.catalogue.registry import load
from freshmark.runs.catalogue.static_signatures import OfModel
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.retraining.batch_gd import BatchGD
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.retraining.model_strategy import ModelStrategy
from freshmark_plugins.training.options import Recipe, Training, options_of
from freshmark_plugins.training.trainable import Trainable, recipe_of

REGISTRY = load()
TRAINED = [
    name
    for name in REGISTRY.names("strategies")
    if isinstance(built := REGISTRY.factory("strategies", name), type) and issubclass(built, ModelStrategy)
]


def marked(name):
    """A recipe whose values show where they came from."""
    return dict.fromkeys(Recipe.__annotations__, name)


@pytest.mark.parametrize("name", TRAINED)
def test_the_options_shown_are_those_taken(name):
    shown = REGISTRY.signature("strategies", name).parameters.values()
    strategy = REGISTRY.factory("strategies", name)
    notes = REGISTRY.option_notes("strategies", name)
    taken = options_of(strategy, marked("of the model"), {})
    shared = {one.name: one.default for one in shown if one.name in Training.__annotations__}
    expected = {option: "of the model" if isinstance(of, OfModel) else of for option, of in shared.items()}
    assert expected.items() <= taken.items()
    assert notes.keys() >= shared.keys()
    given: dict[str, Any] = {option: {option: "given"} for option in Recipe.__annotations__}
    for option, one in given.items():
        if option in shared:
            assert one.items() <= options_of(strategy, {}, one).items()
        else:
            with pytest.raises(UnknownName):
                options_of(strategy, {}, one)
    with pytest.raises(UnknownName, match="did you mean 'lr'"):
        options_of(strategy, {}, {"lrr": 0.1})  # type: ignore[typeddict-unknown-key]  # as a plan might


@pytest.mark.parametrize("name", REGISTRY.names("models"))
def test_every_model_takes_and_shows_a_whole_recipe(name):
    shown = REGISTRY.signature("models", name).parameters
    built = REGISTRY.factory("models", name)
    assert {option: shown[option].default for option in Recipe.__annotations__} == built().recipe
    assert recipe_of(built(lr=0.5, batch=7)) == {**built().recipe, "lr": 0.5, "batch": 7}
    with pytest.raises(UnknownName, match="did you mean 'lr'"):
        built(lrr=0.1)


def test_an_option_that_a_strategy_fixes_is_refused():
    with pytest.raises(UnknownName, match="shuffle"):
        BatchGD(MF(), shuffle=False)


def test_a_subclass_names_what_it_changes():
    class Slow(Finetune):
        recipe: ClassVar[Training] = {"lr": 0.001}

    class Long(MF):
        recipe: ClassVar[Recipe] = {"epochs": 50}

    one = Slow(Long(batch=16), epochs=2)
    assert (one.learner.optimise.keywords["lr"], one.epochs, one.warmup_epochs, one.learner.batch) == (0.001, 2, 50, 16)


def test_one_line_gives_any_model_a_recipe():
    class Mine:
        recipe: ClassVar = {"lr": 0.5}

    class Wrong:
        recipe: ClassVar = {"learning_rate": 0.5}

    assert recipe_of(Mine()) == {**Trainable.recipe, "lr": 0.5}
    assert recipe_of(object()) == Trainable.recipe
    with pytest.raises(UnknownName):
        recipe_of(Wrong())
