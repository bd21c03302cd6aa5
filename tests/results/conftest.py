"""A made-up run folder for every test of results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from freshmark.results.tables import Results


@pytest.fixture
def made(fabricated, tmp_path) -> Callable[..., Results]:
    """Results of a made-up run; built-in metrics only, whatever is installed."""

    def make(*arguments: Any, **options: Any) -> Results:
        return Results.open(fabricated.fabricate(tmp_path / "run", *arguments, **options), metrics={})

    return make
