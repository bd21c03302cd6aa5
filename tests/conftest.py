"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The first example of a property may compile a loop or import torch; a run on a shared machine may be slow.
settings.register_profile("freshmark", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("freshmark")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real streams that lies beside a checkout; nothing of it is part of the project."""
    folder = Path(os.environ.get("FRESHMARK_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no folder of real streams here: set FRESHMARK_TEST_DATA")
    return folder


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or fills the cache of the person who runs it."""
    monkeypatch.setenv("FRESHMARK_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
