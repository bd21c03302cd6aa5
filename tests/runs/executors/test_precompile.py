"""What is compiled of a strategy is compiled before its cells; what breaks there is told by them."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from freshmark import stream_of
from freshmark.contract.compiling import COMPILED
from freshmark.replay.timeline import Settings
from freshmark.runs.campaign import Campaign
from freshmark.runs.catalogue.registry import load
from freshmark.runs.executors.precompile import compiles, try_out
from freshmark.runs.plan.plan import Plan

PLUGIN = """
from pathlib import Path

import numba
import numpy as np
from freshmark import Strategy, hookimpl

@numba.njit(cache=True)
def count(counts, items):
    for item in items:
        counts[item] += 1

class Counting(Strategy):
    '''Counts, and writes down how often its loop had to be compiled in a process.'''
    def __init__(self, mark, breaks=False):
        self.counts, self.mark, self.breaks = np.zeros(1000), Path(mark), breaks
    def update(self, events):
        if self.breaks:
            raise ValueError("broken")
        count(self.counts, events.item)
        compiled = sum(count.stats.cache_misses.values())
        with self.mark.open("a") as file:
            file.write(f"{len(events)} {compiled}\\n")
    def score(self, query):
        return np.tile(self.counts[: query.candidates.max()], (len(query), 1))

@hookimpl
def register_strategies():
    return {"counting": Counting}
"""


def log(count=1000, **more):
    at = np.arange(count)
    return stream_of(name="log", task="rank", time=at * 1_000_000, user=at % 7, item=at % 11, **more)


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "numba"))  # as on a fresh machine
    path = tmp_path / "counting.py"
    path.write_text(PLUGIN)
    return path


def measured(plugin, strategy, folder):
    plan = Plan(("log",), (strategy,), every=("never",), settings=Settings(window="1m", probes=2), plugins=(plugin,))
    with Campaign(plan, folder, load([plugin], installed=True), streams={"log": log()}) as campaign:
        return campaign.measure()


@pytest.mark.skipif(not COMPILED, reason="numba is not installed")
def test_a_cell_pays_no_compiler_on_a_fresh_machine_either(plugin, tmp_path):
    assert measured(plugin, f"counting({str(tmp_path / 'mark')!r})", tmp_path / "run").statuses == ("ok",)
    *tried, cell = [line.split() for line in (tmp_path / "mark").read_text().splitlines()]
    assert tried[0] == ["60", "1"]  # the warm-up of the first events, with the compiler
    assert cell == ["300", "0"]


@pytest.mark.skipif(not COMPILED, reason="numba is not installed")
def test_what_breaks_when_it_is_tried_out_is_one_row_as_ever(plugin, tmp_path):
    summary = measured(plugin, f"counting({str(tmp_path / 'mark')!r}, breaks=True)", tmp_path / "run")
    assert summary.statuses == ("failed",)


def test_only_packages_with_loops_for_numba_are_tried_out():
    import freshmark_plugins.strategies.factorisation.online_mf  # noqa: PLC0415, F401

    assert compiles({"freshmark_plugins"}) == COMPILED
    assert not compiles({"json"})
    assert not compiles(set())


def test_who_is_tried_out_is_asked_and_updated():
    class Notes:
        seen: list[str] = []  # noqa: RUF012

        def update(self, events):
            self.seen.append("update")

        def score(self, query):
            self.seen.append("score")
            return np.zeros((len(query), 11))

    try_out(log(), Notes())
    assert set(Notes.seen) == {"update", "score"}
    assert "numba" in sys.modules or not COMPILED
