"""A made-up run folder for every test of results."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from freshmark.results.folder import RunFolder
from freshmark.results.tables import Results


@pytest.fixture(scope="session")
def fabricated() -> Any:
    """The module that makes run folders up; tests are no package, so it is loaded from its file."""
    path = Path(__file__).with_name("fabricated.py")
    spec = spec_from_file_location("freshmark_fabricated", path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def made(fabricated, tmp_path) -> Callable[..., Results]:
    """Results of a made-up run; built-in metrics only, whatever is installed."""

    def make(*arguments: Any, **options: Any) -> Results:
        return Results([RunFolder(fabricated.fabricate(tmp_path / "run", *arguments, **options))], metrics={})

    return make
