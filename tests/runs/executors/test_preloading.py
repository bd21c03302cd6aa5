"""The fork server imports what every cell needs, and nothing of a third-party plugin."""

from __future__ import annotations

import pytest
from freshmark.runs.catalogue.registry import load
from freshmark.runs.executors.preloading import modules_to_preload, uses_torch
from freshmark.runs.plan.plan import Plan

PLUGIN = """
from freshmark import Strategy, hookimpl

@hookimpl
def register_strategies():
    return {"zero": Strategy}
"""


def test_only_modules_of_freshmark_are_preloaded(tmp_path):
    file = tmp_path / "plugin.py"
    file.write_text(PLUGIN)
    plan = Plan(("drift(preset='tiny')",), ("zero",), plugins=(file,))
    modules = modules_to_preload(plan, load([file]))
    assert "freshmark_datasets.simulators.interactions.drift" in modules
    assert all(module.partition(".")[0].startswith(("freshmark", "numpy")) for module in modules)
    assert not any("freshmark_file" in module for module in modules)


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("import torch\n", True),
        ("def f():\n    from torch.nn import Module\n", True),
        ("import torchlight\n", False),
        ("# import torch", False),
    ],
)
def test_torch_is_preloaded_if_a_module_imports_it(tmp_path, text, uses):
    (tmp_path / "mine.py").write_text(text)
    assert uses_torch(tmp_path / "mine.py") is uses
    assert uses_torch(None) is False
