from __future__ import annotations

import json
from typing import Any

import pytest
from freshmark.commands.terminal import progress
from freshmark.commands.terminal.progress import Progress, called

CELL = {"key": "k1", "stream": "drift()", "strategy": "retrain(mf())", "every": "1d", "delay": "0s", "seed": 0}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def ended(status="ok", reason="", *, total=3, headline=lambda cell: ("ndcg@10", 0.0314), **more: Any):
    clock = Clock()
    cells = [CELL, *({**CELL, "key": f"k{place}", "seed": place} for place in range(2, total + 1))]
    said = Progress(total, headline, clock=clock, cells=cells, **more)
    with said:
        said.cell_started(CELL)
        clock.now += 65.0
        said.cell_finished(CELL, status, reason)
    return said


def test_a_finished_cell_is_one_line_with_place_metric_and_time_left(capsys: pytest.CaptureFixture[str]):
    ended()
    assert capsys.readouterr() == (
        "",
        "[1/3] drift() × retrain(mf()) every 1d seed 0 ok 65.0 s ndcg@10 .031 ETA 2:10\n",
    )


def test_the_last_cell_has_no_time_left(capsys: pytest.CaptureFixture[str]):
    ended(total=1)
    assert "ETA" not in capsys.readouterr().err


def test_a_failed_cell_is_reported_with_its_reason_on_one_line(capsys: pytest.CaptureFixture[str]):
    ended("failed", "ValueError: a\nb\x1b[31m", headline=lambda cell: pytest.fail("a failed cell has no metric"))
    shown = capsys.readouterr().err
    assert "failed 65.0 s ETA 2:10 – ValueError: a b" in shown
    assert shown.count("\n") == 1
    assert "\x1b" not in shown


def test_piped_lines_carry_no_terminal_commands(capsys: pytest.CaptureFixture[str]):
    ended()
    shown = capsys.readouterr().err
    assert not set(shown) & set("\x1b\r\x08")


def test_a_terminal_gets_a_line_that_redraws_itself_and_is_cleared(monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setattr(progress, "on_terminal", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    said = ended()
    assert "[1/3] drift() × retrain(mf()) every 1d seed 0 ok" in capsys.readouterr().err
    assert said.bar is None


def test_json_is_one_object_a_line_on_stdout_and_nothing_on_stderr(capsys: pytest.CaptureFixture[str]):
    ended(as_json=True)
    shown = capsys.readouterr()
    begun, done = [json.loads(line) for line in shown.out.splitlines()]
    assert begun["event"] == "cell_started"
    assert done["event"] == "cell_finished"
    assert done["strategy"] == "retrain(mf())"
    assert (done["status"], done["seconds"], done["ndcg@10"]) == ("ok", 65.0, 0.0314)
    assert shown.err == ""


def test_a_cell_that_was_never_started_took_no_time(capsys: pytest.CaptureFixture[str]):
    Progress(2, lambda cell: None).cell_finished(CELL, "interrupted", "")
    assert "interrupted 0.0 s" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("every", "delay", "name"),
    [
        ("never", "0s", "drift() × retrain(mf()) never updated seed 0"),
        ("1d", "10m", "drift() × retrain(mf()) every 1d, 10m late seed 0"),
        ("1000", "0s", "drift() × retrain(mf()) every 1,000 events seed 0"),
    ],
)
def test_a_cell_is_called_by_its_schedule_in_words(every, delay, name):
    assert called({**CELL, "every": every, "delay": delay}) == name


@pytest.mark.parametrize(("value", "text"), [(0.0314, ".031"), (-0.5, "-.500"), (1.25, "1.250"), (0.9996, "1.000")])
def test_numbers_are_three_digits(value, text):
    assert progress._short(value) == text


def test_the_time_left_is_that_of_cells_like_those_seen(capsys: pytest.CaptureFixture[str]):
    slow, fast = "retrain(mf())", "popularity()"
    cells = [
        {**CELL, "key": f"{strategy} {seed}", "strategy": strategy, "seed": seed}
        for seed in range(3)
        for strategy in (slow, fast)
    ]
    clock = Clock()
    said = Progress(len(cells), lambda cell: None, clock=clock, cells=cells)
    for cell in cells[:3]:
        said.cell_started(cell)
        clock.now += 100.0 if cell["strategy"] == slow else 2.0
        said.cell_finished(cell, "ok", "")
    # Of three cells that are left two take 2 s and one takes 100 s; the mean of all seen would say 3:22.
    assert capsys.readouterr().err.splitlines()[-1].endswith("ETA 1:44")


def test_cells_that_run_side_by_side_are_done_sooner(capsys: pytest.CaptureFixture[str]):
    cells = [{**CELL, "key": f"k{seed}", "seed": seed} for seed in range(4)]
    clock = Clock()
    said = Progress(len(cells), lambda cell: None, clock=clock, cells=cells)
    for cell in cells[:2]:
        said.cell_started(cell)
    clock.now += 60.0
    for cell in cells[:2]:
        said.cell_finished(cell, "ok", "")
    assert capsys.readouterr().err.splitlines()[-1].endswith("ETA 1:00")
