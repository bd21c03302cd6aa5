from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module

import freshmark_plugins
import pytest
from freshmark import Strategy

OFFERED = {**freshmark_plugins.register_strategies(), **freshmark_plugins.register_models()}


def loaded(place):
    module, name = place.split(":")
    return getattr(import_module(module), name)


@pytest.mark.parametrize("name", OFFERED)
def test_everything_offered_is_there_and_says_what_it_does(name):
    thing = loaded(OFFERED[name])
    first = inspect.getdoc(thing).splitlines()[0]
    assert first.endswith((".", ";")) or len(first) > 40
    assert thing.tasks if not issubclass(thing, Strategy) or hasattr(thing, "tasks") else True


@pytest.mark.parametrize("name", [name for name in freshmark_plugins.register_strategies() if name != "random"])
def test_every_strategy_states_what_an_update_costs_and_its_source(name):
    text = inspect.getdoc(loaded(OFFERED[name]))
    assert "Cost of an update:" in text
    assert "emory" in text


def test_offering_imports_nothing_heavy():
    code = "import sys, freshmark_plugins as p; p.register_strategies(); p.register_models(); print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "numba", "pandas", "seaborn", "pyarrow"} & set(modules)
    assert "freshmark_plugins" in modules
