"""The nightly gate accepts what is as good, stops at a regression, and compares with what it accepted last."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

GATE = Path(__file__).parents[2] / "examples" / "ci" / "gate.sh"
PLAN = """
streams = ["drift(preset='tiny')"]
strategies = ["mine()"]
every = ["1d"]
plugins = ["mine.py"]
"""
PLUGIN = """
import numpy as np
from freshmark import Strategy, hookimpl

@hookimpl
def register_strategies():
    return {"mine": Mine}

class Mine(Strategy):
    draws = False
    counts = np.zeros(0)

    def update(self, events):
        grown = np.bincount(events.item, minlength=len(self.counts)).astype(float)
        grown[: len(self.counts)] += self.counts
        self.counts = grown

    def score(self, query):
        return np.tile(SIGN * self.counts, (len(query), 1))
"""


@pytest.fixture
def night(tmp_path):
    (tmp_path / "nightly.toml").write_text(PLAN)
    names = iter(("first", "second", "third"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "freshmark").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m freshmark "$@"\n')
    (tmp_path / "bin" / "freshmark").chmod(0o755)

    def run(sign: int):
        (tmp_path / "mine.py").write_text(PLUGIN.replace("SIGN", str(sign)))
        (tmp_path / "bin" / "date").write_text(f"#!/bin/sh\necho {next(names)}\n")
        (tmp_path / "bin" / "date").chmod(0o755)
        summary = tmp_path / "summary.md"
        environment = os.environ | {
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        words = ["bash", str(GATE), "nightly.toml", "runs", "--max-drop", "ndcg@10=2%"]
        done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        text = summary.read_text() if summary.exists() else ""
        return done.returncode, (tmp_path / "runs" / "accepted").read_text().strip(), text

    return run


@pytest.mark.slow
def test_a_regression_stops_the_gate_and_is_not_accepted(night, tmp_path):
    assert night(1) == (0, "first", "")
    status, accepted, summary = night(-1)
    assert (status, accepted) == (1, "first")
    assert "NDCG@10" in summary
    assert night(1)[:2] == (0, "third")
    assert (tmp_path / "runs" / "index.html").exists()
