"""What tuning may choose: options with a Search that the expression does not give."""

from __future__ import annotations

import pytest
from freshmark import Search
from freshmark.contract.search import search_of
from freshmark.runs.catalogue.registry import load
from freshmark.runs.catalogue.search_spaces import search_space, with_values
from freshmark.runs.catalogue.static_signatures import Unevaluated

PLUGIN = '''
from typing import Annotated

from freshmark import Search, Strategy, hookimpl

class Base(Strategy):
    """A base."""
    def __init__(self, inner=None, *, lr: Annotated[float, Search(0.1, 1.0)] = 0.5, size: int = 3):
        pass

class Narrow(Base):
    """The same, with another space."""
    def __init__(self, inner=None, *, lr: Annotated[float, Search(choices=(0.5, 0.6))] = 0.5):
        pass

@hookimpl
def register_strategies():
    return {"base": Base, "narrow": Narrow}
'''

NOT_TUNED = {
    "random": "it has no options",
    "recency": "it has no options",
    "repeat_popularity": "it has no options",
}
"""Strategies without a search of their own or of a shared option, and why."""


@pytest.fixture(scope="module")
def registry():
    return load()


def space_of(registry, text):
    assembly = registry.assembly("strategies", text)
    return assembly.expression, search_space(registry, assembly)


def test_own_options_shared_ones_and_those_of_the_model_are_in_the_space(registry):
    _, space = space_of(registry, "ewc(mf())")
    assert {"lam", "gamma", "mf.lr", "mf.epochs", "mf.dim"} <= set(space)
    assert space["mf.lr"].default == 0.01


def test_what_is_written_is_fixed_by_name_and_by_position(registry):
    _, space = space_of(registry, "ewc(mf(16), lam=3)")
    assert "lam" not in space
    assert "mf.dim" not in space
    assert space_of(registry, "popularity('1d')")[1] == {}


def test_an_option_that_the_strategy_overrides_is_not_tuned_in_the_model(registry):
    assert "mf.lr" not in space_of(registry, "ewc(mf(), lr=0.1)")[1]
    _, space = space_of(registry, "online_sgd(mf())")
    assert "lr" in space
    assert "mf.lr" not in space


def test_chosen_values_are_written_where_they_belong_and_defaults_are_not(registry):
    expression, space = space_of(registry, "ewc(mf(dim=8))")
    values = {"lam": 300.0, "gamma": 0.0, "mf.lr": 0.02, "mf.reg": 1e-4}
    assert str(with_values(expression, space, values)) == "ewc(mf(dim=8, lr=0.02, reg=0.0001), lam=300.0)"
    assert with_values(expression, space, {}) == expression


def test_two_nested_calls_of_one_name_are_told_apart(tmp_path):
    (tmp_path / "mine.py").write_text(PLUGIN)
    registry = load([tmp_path / "mine.py"])
    expression, space = space_of(registry, "base(base(base()))")
    assert list(space) == ["lr", "base.lr", "2.base.lr"]
    values = {"lr": 0.2, "base.lr": 0.3, "2.base.lr": 0.4}
    assert str(with_values(expression, space, values)) == "base(base(base(lr=0.4), lr=0.3), lr=0.2)"


def test_a_subclass_may_declare_another_space(tmp_path):
    (tmp_path / "mine.py").write_text(PLUGIN)
    _, space = space_of(load([tmp_path / "mine.py"]), "narrow()")
    assert space["lr"].search == Search(choices=(0.5, 0.6))


def test_a_plugin_with_postponed_annotations_is_read_alike(tmp_path):
    (tmp_path / "mine.py").write_text("from __future__ import annotations\n" + PLUGIN)
    _, space = space_of(load([tmp_path / "mine.py"]), "base()")
    assert space["lr"].search == Search(0.1, 1.0)


def test_every_default_lies_inside_its_space(registry):
    outside = [
        f"{name}({option}={one.default!r}): {search}"
        for kind in ("strategies", "models")
        for name in registry.names(kind)
        for option, one in registry.signature(kind, name).parameters.items()
        if (search := search_of(one.annotation)) is not None
        and not isinstance(one.default, Unevaluated)
        and one.default not in search
    ]
    assert outside == []


def test_numbers_between_numbers_and_integers_between_integers(registry):
    for kind in ("strategies", "models"):
        for name in registry.names(kind):
            for one in registry.signature(kind, name).parameters.values():
                search = search_of(one.annotation)
                if search is not None and not search.choices:
                    assert search.integer == str(one.annotation).startswith("Annotated[int"), f"{name} {one}"


def test_every_strategy_has_something_to_tune_or_a_reason_why_not(registry):
    without = {
        name
        for name in registry.names("strategies")
        if not any(search_of(one.annotation) for one in registry.signature("strategies", name).parameters.values())
    }
    assert without == set(NOT_TUNED)
