"""``freshmark run --settle``: its options, and what a race looks like on the terminal."""

from __future__ import annotations

import json

import pytest
from freshmark.cli import app
from freshmark.commands.planning import RunOptions, plan_for
from freshmark.commands.terminal.progress import Progress
from freshmark.errors import PlanError
from freshmark.results.stored.looks import RacingLook, RacingRow
from freshmark.runs.plan.toml import write_plan
from typer.testing import CliRunner


def test_options_become_keys_of_the_plan_and_go_with_no_settle(tmp_path):
    plan = plan_for(RunOptions(settle=True, max_seeds=4, max_time="2h"))
    assert (plan.settle, plan.max_seeds, plan.max_time) == (True, 4, 7200.0)
    write_plan(plan, tmp_path / "plan.toml")
    assert plan_for(RunOptions(plan=tmp_path)) == plan
    without = plan_for(RunOptions(plan=tmp_path, settle=False, seeds=3))
    assert (without.settle, without.max_seeds, without.max_time, without.seeds) == (False, None, None, (0, 1, 2))
    with pytest.raises(PlanError):
        plan_for(RunOptions(max_seeds=4))


def test_a_dry_run_shows_the_first_look_and_the_most_cells():
    words = ["run", "-d", "drift(preset='tiny')", "-s", "popularity()", "--every", "1d", "--settle", "--dry-run"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0
    assert "1 cell at the first look; the race may take up to 10" in result.stderr
    assert result.stdout.count("popularity()") == 1


def row(strategy, seeds, *, contends, adds=()):
    return RacingRow(strategy, "1d", "0s", seeds, 0.1, contends=contends, adds=adds, why="why not")


FIRST = RacingLook(stream="s", number=1, seeds=1, most=10, level=0.0, stop="", rows=(
    row("a()", 1, contends=True, adds=(1,)), row("b()", 1, contends=True, adds=(1,)), row("c()", 1, contends=False),
))  # fmt: skip
LAST = RacingLook(stream="s", number=2, seeds=2, most=10, level=0.01, stop="settled", rows=(
    row("a()", 2, contends=True), row("b()", 2, contends=False), row("c()", 1, contends=False),
))  # fmt: skip


def test_a_look_names_who_may_win_who_left_and_why_it_stopped(capsys):
    said = Progress(3, lambda _: None)
    said.look([FIRST], 2)
    first = capsys.readouterr().err.splitlines()
    assert said.total == 5
    assert first[0] == "look 1 at s: 2 of 3 rows may win; 2 more cells"
    assert first[1:] == [
        "  in  a() every 1d, 1 seed: why not",
        "  in  b() every 1d, 1 seed: why not",
        "  out c() every 1d, 1 seed: why not",
    ]
    said.look([LAST], 0)
    assert capsys.readouterr().err.splitlines() == [
        "look 2 at s: 1 of 3 rows may win; stop: the verdict is settled",
        "  in  a() every 1d, 2 seeds: why not",
        "  out b() every 1d, 2 seeds: why not",
    ]


def test_as_json_a_look_is_one_record(capsys):
    Progress(3, lambda _: None, as_json=True).look([FIRST], 2)
    record = json.loads(capsys.readouterr().out)
    assert (record["event"], record["number"], record["rows"][0]["adds"]) == ("look", 1, [1])
