"""A key changes with everything that may change a number, and with nothing else."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pytest
from freshmark.runs.catalogue.registry import load
from freshmark.runs.plan.plan import Cell
from freshmark.runs.store.keys import cell_key, code_of

CELL = Cell(0, "drift()", "mf()", "1d", "0s", 0)
SETTINGS = {"warmup": 0.3, "window": "auto"}
FACTS: dict[str, Any] = {"fingerprint": "f", "code": "c", "settings": SETTINGS, "device": "cpu"}
PLUGIN = """
from freshmark import Strategy, hookimpl

@hookimpl
def register_strategies():
    return {'a': A, 'b': 'packed.part:B'}

class A(Strategy):
    def __init__(self, inner=None): ...
"""


@pytest.mark.parametrize(
    "change",
    [
        {"fingerprint": "g"},
        {"code": "d"},
        {"device": "cuda"},
        {"settings": {"warmup": 0.3, "window": "1d"}},
        {"cell": replace(CELL, seed=1)},
        {"cell": replace(CELL, every="2d")},
        {"cell": replace(CELL, delay="1s")},
        {"cell": replace(CELL, strategy="mf(dim=2)")},
    ],
)
def test_whatever_may_change_a_number_changes_the_key(change):
    facts = {"cell": CELL, **FACTS, **change}
    assert cell_key(facts.pop("cell"), **facts) != cell_key(CELL, **FACTS)


def test_place_and_name_of_the_stream_do_not():
    assert cell_key(replace(CELL, position=7, stream="other"), **FACTS) == cell_key(CELL, **FACTS)
    settings = dict(reversed(SETTINGS.items()))
    assert cell_key(CELL, **{**FACTS, "settings": settings}) == cell_key(CELL, **FACTS)


def test_the_code_of_a_plain_file_is_its_text(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(PLUGIN)
    before = code_of(load([file], installed=False), "a")
    assert code_of(load([file], installed=False), "a()") == before
    file.write_text(PLUGIN + "# changed\n")
    assert code_of(load([file], installed=False), "a") != before


MODEL = """
from freshmark import hookimpl

@hookimpl
def register_models():
    return {'bias': Bias}

class Bias:
    recipe = {"lr": 0.05}
"""


@pytest.mark.parametrize("expression", ["retrain(bias())", "retrain(bias(), epochs=1)"])
def test_another_recipe_of_a_model_is_another_key_of_every_strategy_over_it(tmp_path, expression):
    file = tmp_path / "mine.py"
    file.write_text(MODEL)
    before = code_of(load([file]), expression)
    file.write_text(MODEL.replace("0.05", "0.06"))
    assert code_of(load([file]), expression) != before


@pytest.mark.parametrize("expression", ["b", "a(inner=b())"])
def test_the_code_of_a_package_is_all_of_it_and_nothing_is_imported(tmp_path, monkeypatch, expression):
    file = tmp_path / "mine.py"
    file.write_text(PLUGIN)
    package = tmp_path / "packed"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "part.py").write_text("raise RuntimeError\nclass B:\n    def __init__(self): ...\n")
    (package / "learner.py").write_text("lr = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "packed", raising=False)
    registry = load([file], installed=False)
    before = code_of(registry, expression)
    assert code_of(registry, expression) == before
    (package / "learner.py").write_text("lr = 2\n")
    assert code_of(registry, expression) != before
