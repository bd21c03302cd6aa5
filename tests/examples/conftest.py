"""What tests of the examples share."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
def example() -> Callable[[str], ModuleType]:
    """Imports a file of examples/, which is no package."""

    def load(path: str) -> ModuleType:
        place = EXAMPLES / path
        spec = importlib.util.spec_from_file_location(place.stem, place)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[place.stem] = module  # dataclasses look their module up
        spec.loader.exec_module(module)
        return module

    return load
