"""Whatever happens to the program that tunes, trials that ended are kept, and the choice is the same."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from freshmark.replay.timeline import Settings
from freshmark.runs.plan.plan import Plan
from freshmark.runs.plan.toml import write_plan

PLUGIN = '''
import time
from typing import Annotated

import numpy as np
from freshmark import Search, Strategy, hookimpl, stream_of

class Recent(Strategy):
    """Rank by counts that fade."""
    draws = False
    def __init__(self, fade: Annotated[float, Search(0.5, 1.0)] = 1.0):
        self.fade, self.counts = fade, np.zeros(50)
    def fit(self, history):
        time.sleep(0.1)
        self.update(history)
    def update(self, events):
        for item in events.item:
            self.counts *= self.fade
            self.counts[item] += 1
    def score(self, query):
        return np.tile(self.counts, (len(query), 1))

class Other(Recent):
    """The same under another name."""

@hookimpl
def register_strategies():
    return {"recent": Recent, "other": Other}

@hookimpl
def register_datasets():
    return {"moving": moving}

def moving():
    """Items whose popularity moves."""
    at = np.arange(600)
    item = (np.random.default_rng(5).geometric(0.3, 600) + at // 40) % 50
    return stream_of(name="moving", task="rank", time=at * 3_600_000_000, user=at % 9, item=item)
'''
RUN = [sys.executable, "-m", "freshmark", "run", "--no-report"]
TRIALS = """
SELECT strategy, number, expression, "values", state, metric, value, windows, updates, begin FROM trials ORDER BY 1, 2
"""
CHOSEN = "SELECT strategy, chosen, trials, pruned, default_value, value FROM tunings ORDER BY 1"
PATIENCE = 120


@pytest.fixture
def start(tmp_path):
    """Start a run of the plan in a process of its own."""
    pytest.importorskip("optuna", reason="tuning is an extra")
    (tmp_path / "mine.py").write_text(PLUGIN)
    settings = Settings(probes=0, panel=0)
    plan = Plan(("moving()",), ("recent()", "other()"), tune="7", settings=settings, plugins=(tmp_path / "mine.py",))
    write_plan(plan, tmp_path / "plan.toml")

    def start(folder: Path, *options: str) -> subprocess.Popen[bytes]:
        words = [*RUN, str(tmp_path / "plan.toml"), "-o", str(folder), *options]
        with (tmp_path / "said").open("w") as said:
            return subprocess.Popen(words, start_new_session=True, stderr=said)

    return start


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{folder / 'run.sqlite'}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def after(folder: Path, count: int) -> None:
    """Wait until so many trials ended."""
    for _ in range(PATIENCE * 50):
        if (folder / "plan.toml").is_file() and len(rows(folder, TRIALS)) >= count:
            return
        time.sleep(0.02)
    raise AssertionError(f"no {count} trials ended")


def test_a_killed_or_interrupted_tuning_is_resumed_and_two_jobs_choose_the_same(start, tmp_path):
    whole, cut, both = tmp_path / "whole", tmp_path / "cut", tmp_path / "both"
    assert start(whole).wait(PATIENCE) == 0
    assert start(both, "-j", "2").wait(PATIENCE) == 0
    running = start(cut)
    after(cut, 3)
    running.kill()
    running.wait()
    kept = rows(cut, TRIALS)
    assert 3 <= len(kept) < 14
    running = start(cut)
    after(cut, len(kept) + 2)
    os.kill(running.pid, signal.SIGINT)
    assert running.wait(PATIENCE) == 5
    assert f"freshmark run {cut}" in (tmp_path / "said").read_text()
    resumed = subprocess.run([*RUN, str(cut)], check=True, capture_output=True, text=True, timeout=PATIENCE)
    assert "2 cells to measure" in resumed.stderr
    for folder in (cut, both):
        assert rows(folder, TRIALS) == rows(whole, TRIALS)
        assert rows(folder, CHOSEN) == rows(whole, CHOSEN)
    assert [status for (status,) in rows(cut, "SELECT status FROM cells")] == ["ok", "ok"]
