"""``freshmark run`` and ``report`` as a person meets them: outputs, files, exit codes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from freshmark.cli import main

TINY = "drift(preset='tiny')"
CONTROLS = set("\x1b\r\x08\x07")

FAULTS = '''
import time

from freshmark import Strategy, hookimpl


@hookimpl
def register_strategies():
    return {"breaks": Breaks, "sleeps": Sleeps}


class Breaks(Strategy):
    """Fails in its first update."""

    def fit(self, history):
        raise ZeroDivisionError("on purpose")

    def recommend(self, query, k):
        return None


class Sleeps(Breaks):
    """Takes long to fit."""

    def __init__(self, seconds=600):
        self.seconds = seconds

    def fit(self, history):
        time.sleep(self.seconds)
'''


@dataclass
class Shell:
    """A folder to work in, with a cache that the commands of one test module share."""

    folder: Path
    cache: Path

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        # As from a terminal: what runs in the background of a script inherits an interrupt that is ignored.
        return subprocess.Popen(
            ["env", "--default-signal=INT", sys.executable, "-m", "freshmark", *arguments],
            cwd=self.folder, env=os.environ | {"FRESHMARK_CACHE": str(self.cache)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def shell(tmp_path: Path, cache: Path) -> Shell:
    (tmp_path / "faults.py").write_text(FAULTS, "utf-8")
    return Shell(tmp_path, cache)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> tuple[Shell, subprocess.CompletedProcess[str]]:
    """A run of two cells, with its report."""
    shell = Shell(tmp_path_factory.mktemp("first"), cache)
    process = shell.start("run", "-d", TINY, "-s", "popularity()", "-s", "recency", "--every", "1d", "-o", "out")
    out, err = process.communicate(timeout=300)
    return shell, subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.fixture
def here(tmp_path, monkeypatch, capsys):
    """A command in this process and an empty folder: its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def here(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(words)
        return (left.value.code or 0, *capsys.readouterr())

    return here


def test_a_run_leaves_the_path_of_its_report_on_stdout_and_nothing_else(first):
    shell, done = first
    assert (done.returncode, done.stdout) == (0, "out/report.html\n")
    assert "popularity()" in (shell.folder / "out" / "report.html").read_text("utf-8")


def test_a_piped_run_prints_a_line_per_cell_without_terminal_commands(first):
    _, done = first
    lines = done.stderr.splitlines()
    assert lines[0] == "2 cells to measure into out"
    assert re.fullmatch(
        r"\[1/2\] .* × popularity\(\) every 1d seed 0 ok [\d.]+ s ndcg@10 \.\d{3} ETA \d+:\d\d", lines[1]
    )
    assert re.fullmatch(r"\[2/2\] .* × recency\(\) every 1d seed 0 ok [\d.]+ s ndcg@10 \.\d{3}", lines[2])
    assert not CONTROLS & set(done.stderr)


def test_the_run_folder_holds_the_plan_that_was_measured(first):
    shell, _ = first
    assert 'strategies = ["popularity()", "recency()"]' in (shell.folder / "out" / "plan.toml").read_text("utf-8")


def test_a_run_folder_is_resumed_and_measures_nothing_twice(first, here, monkeypatch):
    monkeypatch.chdir(first[0].folder)
    assert here("run", "out", "--no-report") == (0, "out\n", "0 cells to measure into out, 2 done\n")


def test_a_plan_that_does_not_contain_that_of_the_folder_is_refused(first, here, monkeypatch):
    monkeypatch.chdir(first[0].folder)
    before = Path("out/plan.toml").read_bytes()
    code, _, err = here("run", "-d", TINY, "-s", "recency()", "--every", "1h", "-o", "out", "--no-report")
    assert (code, "FM129" in err, "strategies popularity(); every 1d" in " ".join(err.split())) == (2, True, True)
    assert Path("out/plan.toml").read_bytes() == before


def test_without_the_plugin_of_reports_no_report_is_written_and_the_command_succeeds(first, here, monkeypatch):
    monkeypatch.chdir(first[0].folder)
    words = ("run", "-d", TINY, "-s", "recency()", "--every", "never", "--no-plugin", "reports", "-o", "bare")
    code, out, err = here(*words)
    assert (code, out) == (0, "bare\n")
    assert "no report is written" in err


@pytest.mark.parametrize(("form", "name"), [("markdown", "report.md"), ("csv", "report.csv")])
def test_a_report_of_each_format_is_written_into_the_run_folder(first, here, monkeypatch, form, name):
    monkeypatch.chdir(first[0].folder)
    assert here("report", "out", "--format", form) == (0, f"out/{name}\n", "")
    assert "popularity()" in Path("out", name).read_text("utf-8")


def test_a_misspelt_format_is_met_with_the_right_one(first, here):
    code, _, err = here("report", str(first[0].folder / "out"), "--format", "markdwon")
    assert code == 2
    assert "did you mean 'markdown'?" in err


def test_a_dry_run_prints_the_cells_and_writes_nothing(here):
    words = ["run", "-d", TINY, "-s", "popularity()", "-s", "recency()", "--every", "1d", "--seeds", "2", "--dry-run"]
    code, out, err = here(*words)
    assert code == 0
    assert err.endswith("4 cells\n")
    lines = out.splitlines()
    assert lines[0].split() == ["cell", "stream", "strategy", "every", "delay", "seed", "updates"]
    assert lines[4].split()[:-1] == ["4", TINY, "recency()", "1d", "0s", "1"]
    assert list(Path().iterdir()) == []
    assert here("run", "--dry-run")[2].endswith("18 cells\n")


def test_json_prints_each_event_as_an_object(here):
    _, out, _ = here("run", "-d", TINY, "-s", "popularity()", "--every", "never", "--json", "--no-report", "-o", "out")
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events] == ["cell_started", "cell_finished", "run_finished"]
    assert (events[1]["strategy"], events[1]["status"]) == ("popularity()", "ok")
    assert 0 < events[1]["ndcg@10"] < 1
    assert (events[2]["folder"], events[2]["ok"], events[2]["cells"]) == ("out", 1, 1)


def test_a_failed_cell_is_reported_the_others_run_and_the_exit_code_is_1(here):
    Path("faults.py").write_text(FAULTS, "utf-8")
    words = ("--plugin", "faults.py", "-d", TINY, "-s", "breaks()", "-s", "popularity()", "--every", "1d", "-o", "out")
    code, out, err = here("run", *words)
    assert (code, out) == (1, "out/report.html\n")
    assert re.search(r"breaks\(\) every 1d seed 0 failed .*ZeroDivisionError: on purpose .*faults\.py:\d+", err)
    assert "popularity() every 1d seed 0 ok" in err
    assert "1 of 2 cells failed; their logs are in out/cells" in err
    assert "Traceback" not in err


def test_nothing_measured_is_exit_code_4_and_no_report_and_a_cell_over_its_time_is_stopped(here):
    Path("faults.py").write_text(FAULTS, "utf-8")
    words = ("--plugin", "faults.py", "-d", TINY, "-s", "breaks()", "-s", "sleeps()", "--every", "1d", "-o", "out")
    code, out, err = here("run", *words, "--timeout", "1s")
    assert (code, out) == (4, "out\n")
    assert "breaks() every 1d seed 0 failed" in err
    assert "sleeps() every 1d seed 0 timeout" in err
    assert not Path("out/report.html").exists()


def test_bad_data_is_exit_code_3_with_file_and_line_and_leaves_no_folder(here):
    Path("log.csv").write_text("user,item,time\n1,2,3\n1,2\n", "utf-8")
    code, _, err = here("run", "-d", "file('log.csv')", "-s", "popularity()", "-o", "out")
    assert code == 3
    assert "log.csv:3" in err
    assert len(err.splitlines()) <= 6
    assert not Path("out").exists()


def test_a_wrong_plan_is_exit_code_2_with_file_and_line(here):
    Path("plan.toml").write_text('streams = ["drift()"]\nstrategys = ["popularity()"]\n', "utf-8")
    code, _, err = here("run", "plan.toml")
    assert code == 2
    assert "plan.toml:2" in err
    assert "did you mean 'strategies'?" in err


def wait_for(folder: Path, pattern: str) -> None:
    """Until a file appears that only a running cell makes; five minutes at most."""
    for _ in range(3000):
        if list(folder.glob(pattern)):
            return
        time.sleep(0.1)
    raise AssertionError(f"no {pattern} in {folder}")


def test_an_interruption_finishes_the_cell_says_how_to_go_on_and_is_exit_code_5(shell: Shell):
    words = ("--plugin", "faults.py", "-d", TINY, "-s", "recency()", "-s", "sleeps(3)", "-s", "sleeps(4)")
    process = shell.start("run", *words, "--every", "1d", "--no-report", "-o", "out")
    wait_for(shell.folder / "out" / "cells", "*/outcomes.parquet")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (5, "out\n")
    assert "resume with: freshmark run out" in err
    assert "Traceback" not in err


# os.open lets an interrupt through; the text layer of open() may clear the exception that it raises.
HUNG = """
import os, time
from freshmark import hookimpl

@hookimpl
def register_datasets(): return {"hung": hung}

def hung():
    os.close(os.open("begun", os.O_CREAT))
    time.sleep(60)
"""


def test_an_interruption_before_the_first_cell_says_so_and_is_exit_code_5(shell: Shell):
    (shell.folder / "hung.py").write_text(HUNG)
    process = shell.start(
        "run", "--plugin", "hung.py", "-d", "hung()", "-s", "popularity()", "--every", "1d", "-o", "out"
    )
    wait_for(shell.folder, "begun")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 5
    assert err == "interrupted before the first cell; run the same command again\n"


def test_a_second_interruption_stops_at_once_with_130(shell: Shell):
    process = shell.start("run", "--plugin", "faults.py", "-d", TINY, "-s", "sleeps()", "--every", "1d", "-o", "out")
    assert process.stderr is not None
    assert process.stderr.readline() == "1 cell to measure into out\n"
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
