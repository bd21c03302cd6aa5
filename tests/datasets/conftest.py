"""What tests of streams share."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from freshmark.contract.streams.raw_columns import stream_of

SECOND = 1_000_000


@pytest.fixture
def hub_library() -> None:
    """Skips where the library of the hub is not installed; a folder called "datasets" is none."""
    result = find_spec("datasets")
    if result is None or result.origin is None:
        pytest.skip("the extra huggingface is not installed")


@pytest.fixture(scope="session")
def some():
    """What makes a stream of ratings with a feature of two numbers, many ties, 30 users and 20 items."""

    def make(n=400, seed=0):
        generator = np.random.default_rng(seed)
        return stream_of(
            name="s",
            task="rate",
            time=np.sort(generator.integers(0, 60, n)) * 1_800 * SECOND,
            user=generator.integers(0, 30, n),
            item=generator.integers(0, 20, n),
            label=generator.integers(1, 6, n).astype(np.float64),
            features={"x": generator.normal(5, 2, (n, 2)).astype(np.float32)},
        )

    return make


@pytest.fixture(scope="session")
def pairs():
    """What makes a stream of (second, user, item), and more columns by name."""

    def make(*events, **columns):
        time, user, item = zip(*events, strict=True)
        fields = {"name": "s", "task": "rank", "user": np.array(user), "item": np.array(item)} | columns
        return stream_of(time=np.rint(np.array(time) * SECOND).astype(np.int64), **fields)

    return make
