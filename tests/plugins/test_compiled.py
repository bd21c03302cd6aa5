"""The same numbers with numba and without it, and where nothing can be written."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from freshmark import Events, Query, Run
from freshmark.contract import compiling as module
from freshmark.contract.compiling import COMPILED, compiling
from freshmark.contract.past import Past
from freshmark_plugins.strategies.itemknn import ItemKNN
from freshmark_plugins.strategies.online_mf import OnlineMF
from freshmark_plugins.strategies.transition import Transition

needs_numba = pytest.mark.skipif(not COMPILED, reason="numba is not installed, so there is nothing to compare with")


def digests() -> list[str]:
    """Of everything that each strategy with a compiled loop holds and answers, on one small stream."""
    draw = np.random.default_rng(0)
    n = 300
    events = Events(np.arange(n), draw.integers(0, 20, n), draw.integers(0, 30, n))
    query = Query(np.full(25, n), np.arange(25), None, np.full(25, 30))
    result = []
    for strategy in (ItemKNN(gamma=0.9, history=12), Transition(order=3), OnlineMF(dim=5, reg=0.01)):
        past: Past = None
        strategy.start(Run("rank", 0, draw, past, 20, 30))
        strategy.fit(events[:200])
        strategy.update(events[200:])
        arrays = [*strategy.state().values()]
        arrays += [strategy.factors(query).user] if isinstance(strategy, OnlineMF) else [strategy.score(query)]
        digest = hashlib.sha256()
        for array in arrays:
            digest.update(np.ascontiguousarray(array).data)
        result.append(digest.hexdigest())
    return result


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
