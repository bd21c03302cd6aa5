"""Made-up run folders for every test of results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from freshmark.results.tables import Results


@pytest.fixture(scope="session")
def usual_folder(fabricated: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Four strategies at three schedules; nobody writes to it."""
    return fabricated.fabricate(tmp_path_factory.mktemp("usual") / "run")


@pytest.fixture
def made(fabricated, tmp_path, usual_folder) -> Callable[..., Results]:
    """Results of a made-up run, the usual one without arguments; built-in metrics only, whatever is installed."""

    def make(*arguments: Any, **options: Any) -> Results:
        folder = usual_folder
        if arguments or options:
            folder = fabricated.fabricate(tmp_path / "run", *arguments, **options)
        return Results.open(folder, metrics={})

    return make
