"""The same numbers with numba and without it, and where nothing can be written."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from freshmark import Events, Query, Run
from freshmark.contract import compiling as module
from freshmark.contract.compiling import COMPILED, compiling
from freshmark.contract.past import Past
from freshmark_plugins.strategies.counting.edgebank import EdgeBank
from freshmark_plugins.strategies.counting.itemknn import ItemKNN
from freshmark_plugins.strategies.counting.repeat_popularity import RepeatPopularity
from freshmark_plugins.strategies.counting.sequential_rules import SequentialRules
from freshmark_plugins.strategies.counting.transition import Transition
from freshmark_plugins.strategies.counting.userknn import UserKNN
from freshmark_plugins.strategies.factorisation.bisgd import BISGD
from freshmark_plugins.strategies.factorisation.brismf import BRISMF
from freshmark_plugins.strategies.factorisation.isgd import ISGD
from freshmark_plugins.strategies.factorisation.online_bpr import OnlineBPR
from freshmark_plugins.strategies.factorisation.online_mf import OnlineMF
from freshmark_plugins.strategies.factorisation.raisgd import RAISGD
from freshmark_plugins.strategies.factorisation.rsisgd import RSISGD

STRATEGIES: tuple[Any, ...] = (
    ItemKNN(gamma=0.9, history=12),
    Transition(order=3),
    OnlineMF(dim=5, reg=0.01),
    OnlineBPR(dim=5, negatives=2),
    SequentialRules(session="1d"),
    UserKNN(neighbours=5, history=12, users=9),
    RepeatPopularity(),
    EdgeBank("1d"),
    ISGD(dim=5, iterations=2),
    RAISGD(dim=5, negatives=2),
    RSISGD(dim=5, negatives=2),
    BISGD(dim=5, nodes=2),
    BRISMF(dim=5),
)

needs_numba = pytest.mark.skipif(not COMPILED, reason="numba is not installed, so there is nothing to compare with")


def digests() -> list[str]:
    """Of everything that each strategy with a compiled loop holds and answers, on one small stream."""
    draw = np.random.default_rng(0)
    n = 300
    events = Events(
        np.arange(n), draw.integers(0, 20, n), draw.integers(0, 30, n), draw.integers(1, 6, n).astype(float)
    )
    query = Query(np.full(25, n), np.arange(25), np.arange(25), np.full(25, 30))
    result = []
    for strategy in STRATEGIES:
        past: Past = None
        strategy.start(Run("rank", 0, draw, past, 20, 30))
        strategy.fit(events[:200])
        strategy.update(events[200:])
        arrays = [*strategy.state().values()]
        way = next(getattr(strategy, name) for name in ("score", "predict", "factors") if hasattr(strategy, name))
        answer = way(query)
        arrays.append(getattr(answer, "user", answer))
        digest = hashlib.sha256()
        for array in arrays:
            digest.update(np.ascontiguousarray(array).data)
        result.append(digest.hexdigest())
    return result


@pytest.mark.slow
@needs_numba
def test_without_numba_the_same_loops_give_the_same_bits():
    code = (
        "import sys; sys.modules['numba'] = None\n"
        f"import importlib.util as u; s = u.spec_from_file_location('here', {__file__!r})\n"
        "m = u.module_from_spec(s); s.loader.exec_module(m)\n"
        "assert not m.COMPILED; print(*m.digests())"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == digests()


@needs_numba
def test_where_no_cache_can_be_written_it_compiles_without_one(monkeypatch):
    asked = []

    class ReadOnly:
        @staticmethod
        def njit(**options):
            asked.append(options)
            if options.get("cache"):
                raise RuntimeError("cannot cache function: no locator available")
            return lambda kernel: kernel

    monkeypatch.setattr(module, "numba", ReadOnly)
    assert compiling()(len) is len
    assert [options.get("cache", False) for options in asked] == [True, False]


@pytest.mark.slow
@needs_numba
def test_numba_says_so_with_the_error_that_is_expected(monkeypatch, tmp_path):
    """A read-only installation, as numba itself reports it."""
    code = (
        "import numba.core.caching as c\n"
        "c.CacheImpl._locator_classes = []\n"
        "from freshmark.contract.compiling import compiling\n"
        "print(compiling()(lambda x: x + 1)(1))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "2", done.stderr


def test_absent_numba_leaves_the_function_as_it_is(monkeypatch):
    monkeypatch.setattr(module, "numba", None)
    assert compiling()(len) is len
