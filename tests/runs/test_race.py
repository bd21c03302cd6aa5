"""A race adds seeds to rows that may win, remembers its looks, and goes on where it was killed."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import pytest
from freshmark.errors import PlanError
from freshmark.replay.timeline import Settings
from freshmark.results.tables import Results
from freshmark.runs.campaign import Campaign
from freshmark.runs.catalogue.registry import load
from freshmark.runs.plan.plan import Plan
from freshmark.runs.plan.toml import read_plan, write_plan
from freshmark.runs.summary import RunSummary

PLUGIN = """
import os, time
import numpy as np
from freshmark import Strategy, hookimpl, stream_of

def coins(n=1500):
    rng = np.random.default_rng(0)
    x = rng.standard_normal(n)
    return stream_of(name="coins", task="classify", time=np.arange(n) * 60_000_000, user=np.arange(n) % 50,
                     item=np.zeros(n, int), label=(x > 0).astype(int), features={"x": x}, classes=("no", "yes"))

@hookimpl
def register_datasets():
    return {"coins": coins}

@hookimpl
def register_strategies():
    return {"right": Right, "sure": Sure}

class Right(Strategy):
    '''Right in a share of all events, which depend on the seed.'''
    def __init__(self, share=0.9, mark="", fails=False):
        self.share, self.mark, self.fails = share, mark, fails
    def start(self, run):
        self.seed = run.seed
        if self.mark:
            with open(self.mark, "a") as file:
                file.write(f"{self.share} {run.seed} ")
        if self.fails and run.seed:
            raise ValueError("on purpose")
    def predict(self, query):
        x = query.features["x"]
        chance = np.abs(np.sin(x * 91.7 + self.seed * 13.1) * 43758.5453) % 1
        return np.eye(2)[np.where(chance < self.share, x > 0, x <= 0).astype(int)]

class Sure(Right):
    '''Draws nothing.'''
    draws = False
    def start(self, run):
        self.seed = 0
"""

TERMS: dict[str, Any] = {"tolerance": "20%", "settle": True}


@pytest.fixture
def plan(tmp_path):
    file = tmp_path / "plugin.py"
    file.write_text(PLUGIN)

    def plan(*strategies, **more):
        settings = Settings(window="1h", probes=2)
        return Plan(("coins",), strategies, every=("never",), settings=settings, plugins=(file,), **(TERMS | more))

    return plan


@pytest.fixture
def raced(tmp_path):
    """The results of a campaign, and its looks as they were reported."""

    def raced(plan, folder="run", **more):
        seen = []
        with Campaign(
            plan, tmp_path / folder, load(plan.plugins), on_look=lambda *look: seen.append(look), **more
        ) as campaign:
            summary = campaign.measure()
        return Results.open(tmp_path / folder, metrics={}).tolerating("20%"), seen, summary

    return raced


def seeds_of(results):
    return results.cells.groupby("strategy")["seed"].apply(list).to_dict()


def test_rows_that_cannot_win_keep_their_cell_and_get_no_more(plan, raced):
    results, seen, summary = raced(plan("right(share=0.95)", "right(share=0.94)", "right(share=0.5)"))
    counts = {row: len(seeds) for row, seeds in seeds_of(results).items()}
    assert counts["right(share=0.5)"] == 1 < counts["right(share=0.95)"] <= 10
    assert summary.statuses == ("ok",) * sum(counts.values())
    looks = results.looks()
    assert looks["number"].max() == len(seen) > 1
    assert seen[0][1] == looks[looks["number"] == 1]["adds"].sum()
    last = looks[looks["number"] == looks["number"].max()].set_index("strategy")
    assert not last.loc["right(share=0.5)", "contends"]
    assert set(looks["stop"]) == {"", last["stop"].iloc[0]} - ({""} if len(seen) == 1 else set())
    ranking = results.ranking().set_index("strategy")
    assert "cannot win by more than 20" in ranking.loc["right(share=0.5)", "reason"]
    assert ranking.loc["right(share=0.5)", "status"] == "ok"
    (verdict,) = results.verdicts()
    assert verdict.settled == (last["stop"].iloc[0] == "settled"), "the report says what the race said"
    assert any("added by racing" in text for text in verdict.more)


def test_what_draws_nothing_is_measured_once(plan, raced):
    results, _, _ = raced(plan("sure(share=0.95)", "sure(share=0.6)"))
    assert [len(seeds) for seeds in seeds_of(results).values()] == [1, 1]
    looks = results.looks()
    assert (len(looks), looks["stop"].iloc[0]) == (2, "settled")
    assert looks["level"].iloc[0] <= 0.05


def test_a_row_with_a_failed_cell_gets_no_more(plan, raced):
    results, _, summary = raced(plan("right(share=0.95, fails=True)", "right(share=0.94)"))
    assert seeds_of(results)["right(share=0.95, fails=True)"] == [0, 1]
    assert summary.exit_code == 1
    assert results.looks()["why"].str.endswith("a cell failed").any()


def test_a_race_goes_no_further_than_its_seeds_and_its_time(plan, raced):
    alike = ("right(share=0.9)", "right(share=0.901)")
    results, _, _ = raced(plan(*alike, max_seeds=2))
    assert {len(seeds) for seeds in seeds_of(results).values()} == {2}
    assert results.looks()["stop"].iloc[-1] == "max seeds"
    paused, seen, _ = raced(plan(*alike, max_time=0.001, max_seeds=2), "paused")
    assert [len(seeds) for seeds in seeds_of(paused).values()] == [1, 1]
    assert (seen[0][0][0].stop, seen[0][1]) == ("max time", 0)
    on, _, _ = raced(plan(*alike, max_seeds=2), "paused")
    assert seeds_of(on) == seeds_of(results)


def test_a_race_that_is_over_is_not_run_again_unless_it_is_asked_for_more(plan, raced):
    alike = ("right(share=0.9)", "right(share=0.901)")
    first, _, _ = raced(plan(*alike, max_seeds=2))
    again, seen, _ = raced(plan(*alike, max_seeds=2))
    assert (seen, len(again.looks())) == ([], len(first.looks()))
    more, seen, _ = raced(plan(*alike, max_seeds=4))
    assert len(seen) > 0
    assert max(len(seeds) for seeds in seeds_of(more).values()) > 2


def bytes_of(results):
    return {
        (cell["strategy"], cell["seed"]): (
            results.folders[0].path / "cells" / cell["key"] / "outcomes.parquet"
        ).read_bytes()
        for _, cell in results.cells.iterrows()
    }


SCRIPT = """
import sys
from pathlib import Path
from freshmark.runs.campaign import Campaign
from freshmark.runs.catalogue.registry import load
from freshmark.runs.plan.toml import read_plan
plan = read_plan(Path(sys.argv[1]))
with Campaign(plan, Path(sys.argv[2]), load(plan.plugins)) as campaign:
    campaign.measure()
"""


def test_a_killed_race_goes_on_and_ends_with_the_same_bytes_as_with_two_jobs(plan, raced, tmp_path):
    mark = tmp_path / "mark"
    mine = [f"right(share=0.95, mark={str(mark)!r})", "right(share=0.94)", "right(share=0.5)"]
    whole, _, _ = raced(plan(*mine), "whole", jobs=2)
    mark.unlink()
    write_plan(plan(*mine), tmp_path / "plan.toml")
    running = subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path / "plan.toml"), str(tmp_path / "cut")])
    while running.poll() is None and not (mark.exists() and "0.95 1" in mark.read_text()):  # a cell that it added
        time.sleep(0.01)
    running.kill()
    assert running.wait() == -9
    cut, _, _ = raced(plan(*mine), "cut")
    assert bytes_of(cut) == bytes_of(whole)
    assert cut.looks().equals(whole.looks())
    assert len(cut.looks()) > 3


def test_a_race_that_was_interrupted_is_not_done_though_every_cell_is(tmp_path):
    assert RunSummary(tmp_path, ("ok",), 5, racing=True).exit_code == 5
    assert RunSummary(tmp_path, ("ok",), 5).exit_code == 0


def test_the_limits_of_a_race_need_a_race(plan):
    with pytest.raises(PlanError) as caught:
        plan("right", settle=False, max_time=60.0)
    assert caught.value.code == "FM130"
    with pytest.raises(PlanError) as caught:
        plan("right", max_seeds=2, seeds=(0, 1, 2))
    assert caught.value.code == "FM130"
    with pytest.raises(PlanError):
        plan("right", max_seeds=10**9)


def test_a_plan_with_a_race_is_written_and_read(plan, tmp_path):
    wanted = plan("right", seeds=(0, 3), max_seeds=4, max_time=90.0)
    assert wanted.seeds_at_most == (0, 3, 1, 2)
    assert (wanted.count, wanted.most, len(wanted.cells())) == (2, 4, 4)
    write_plan(wanted, tmp_path / "plan.toml")
    assert read_plan(tmp_path / "plan.toml") == wanted
    assert replace(wanted, settle=False, max_seeds=None, max_time=None).seeds_at_most == (0, 3)
