"""What tests of streams share."""

from __future__ import annotations

from importlib.util import find_spec

import pytest


@pytest.fixture
def hub_library() -> None:
    """Skips where the library of the hub is not installed; a folder called "datasets" is none."""
    found = find_spec("datasets")
    if found is None or found.origin is None:
        pytest.skip("the extra huggingface is not installed")
