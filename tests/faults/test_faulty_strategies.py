"""Whatever a strategy does, it is one row with the right status, and the cells beside it are measured."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

LIMIT = 6
"""Seconds: enough on a busy machine for sixty-four children, and what hangs waits for all of it."""

FATES = {
    # strategy: status, what the reason says, what the log says
    "SleepsForever()": ("timeout", f"over the limit of {LIMIT} s", ""),
    "BusyInC()": ("timeout", f"over the limit of {LIMIT} s", ""),
    "IgnoresSigterm()": ("timeout", f"over the limit of {LIMIT} s", ""),
    "HangsInInit()": ("timeout", f"over the limit of {LIMIT} s", ""),
    "HangsInDel()": ("timeout", f"over the limit of {LIMIT} s", ""),
    "HangsAtExit()": ("ok", "", ""),
    "Raises('init')": ("failed", "ValueError: in init (~/faulty.py:", "Traceback"),
    "Raises('start')": ("failed", "ValueError: in start", "Traceback"),
    "Raises('fit')": ("failed", "ValueError: in fit", "Traceback"),
    "Raises('observe')": ("failed", "ValueError: in observe", "Traceback"),
    "Raises('update')": ("failed", "ValueError: in update", "Traceback"),
    "Raises('score')": ("failed", "ValueError: in score", "Traceback"),
    "Raises('state')": ("failed", "ValueError: in state", "Traceback"),
    "Raises('fit', kind='KeyboardInterrupt')": ("failed", "KeyboardInterrupt: in fit", "Traceback"),
    "Raises('fit', kind='Odd')": ("failed", "Odd: in fit", "Traceback"),
    "Ends('_exit(0)')": ("crashed", "exit 0 before finishing", ""),
    "Ends('_exit(3)')": ("crashed", "exit 3 before finishing", ""),
    "Ends('sys.exit(0)')": ("failed", "SystemExit: 0 (~/faulty.py:", ""),
    "Ends('segv')": ("crashed", "killed by SIGSEGV", "Fatal Python error: Segmentation fault"),
    "Ends('abort')": ("crashed", "killed by SIGABRT", "Fatal Python error: Aborted"),
    "Ends('kill')": ("crashed", "killed by SIGKILL: the kernel ran out of memory, or someone killed it", ""),
    "Ends('recursion')": ("failed", "RecursionError", "Traceback"),
    "Leaks()": ("oom", "limit 250 MB", ""),
    "LeaksInChild()": ("oom", "limit 250 MB", ""),
    "Shouts()": ("ok", "", "and the last line"),
    "ReadsInput()": ("ok", "", ""),
    "ClosesEverything()": ("crashed", "before finishing", ""),
    "ChangesEverything()": ("ok", "", ""),
    "Patches()": ("ok", "", ""),
    "PatchesNumpy()": ("failed", "TypeError: 'NoneType' object is not callable", "Traceback"),
    "AnswersNan()": ("failed", "", "Traceback"),
}
LEAVERS = {
    "LeavesChildren('{0}/children')": "ok",
    "LeavesChildren('{0}/hung', hang=True)": "timeout",
    "LeavesDaemon('{0}/daemon')": "ok",
    "LeavesDaemon('{0}/crashed', how='crash')": "crashed",
    "LeavesDaemon('{0}/stopped', how='hang')": "timeout",
}


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory, plan, campaign):
    """One campaign over them all, two at a time, a good one at either end and between."""
    folder = tmp_path_factory.mktemp("faults")
    marks = tmp_path_factory.mktemp("marks")
    leavers = [text.format(marks) for text in LEAVERS]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(Path(__file__).parent))
        patch.setenv("FRESHMARK_CACHE", str(tmp_path_factory.mktemp("cache")))
        faults = list(FATES)
        strategies = ["good", *faults[:15], "Good(mark=1)", *faults[15:], *leavers, "Good(mark=2)"]
        wanted = plan(*strategies, timeout=LIMIT, max_memory=250_000_000)
        # Strategies are built once before the first cell: the one that hangs there is given up as a start is.
        summary = campaign(wanted, folder / "run", jobs=2, startup_seconds=10.0)
    with sqlite3.connect(folder / "run" / "run.sqlite") as database:
        database.row_factory = sqlite3.Row
        cells = {row["strategy"]: dict(row) for row in database.execute("SELECT * FROM cells")}
    return summary, cells, folder / "run", marks


@pytest.mark.parametrize("strategy", FATES)
def test_a_fault_has_its_status_reason_and_log(aftermath, strategy):
    _, cells, _, _ = aftermath
    cell = cells[strategy]
    status, reason, log = FATES[strategy]
    assert (cell["status"], cell["reason"]) == (status, cell["reason"])
    assert reason in cell["reason"]
    assert log in cell["log_tail"]
    assert bool(cell["reason"]) is (status != "ok")


@pytest.mark.parametrize(("strategy", "status"), LEAVERS.items())
def test_nothing_that_a_strategy_started_outlives_its_cell(aftermath, strategy, status):
    _, cells, _, marks = aftermath
    assert cells[strategy.format(marks)]["status"] == status


def test_every_process_left_behind_is_gone(aftermath):
    _, _, _, marks = aftermath
    pids = [int(pid) for file in marks.iterdir() for pid in file.read_text().split()]
    assert len(pids) == 64 + 64 + 3
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []


def test_the_other_cells_are_measured_and_the_exit_code_says_that_some_failed(aftermath):
    summary, cells, _, _ = aftermath
    assert {cells[name]["status"] for name in ("good()", "Good(mark=1)", "Good(mark=2)")} == {"ok"}
    assert summary.exit_code == 1
    assert len(summary.statuses) == len(FATES) + len(LEAVERS) + 3
    assert set(summary.statuses) == {"ok", "failed", "timeout", "oom", "crashed"}


def test_a_fault_is_stopped_soon_after_its_limit(aftermath):
    _, cells, _, _ = aftermath
    assert all(cell["seconds"] >= LIMIT for cell in cells.values() if cell["status"] == "timeout")


def test_what_a_strategy_does_to_its_process_does_not_change_its_numbers(aftermath):
    _, cells, _, _ = aftermath
    outcomes = {
        name: json.loads(cells[name]["digests"])["outcomes.parquet"]
        for name in ("good()", "Shouts()", "ReadsInput()", "ChangesEverything()", "Patches()", "HangsAtExit()")
    }
    assert len(set(outcomes.values())) == 1


def test_no_temporary_file_is_left(aftermath):
    _, cells, folder, _ = aftermath
    assert [str(one) for one in folder.rglob("*") if one.name.startswith(".tmp")] == []
    assert {one.name for one in (folder / "cells").iterdir()} == {cell["key"] for cell in cells.values()}
    for cell in cells.values():
        files = {one.name for one in (folder / "cells" / cell["key"]).iterdir()}
        tables = {"outcomes.parquet", "windows.parquet", "updates.parquet", "latencies.parquet"}
        assert files >= {"log.txt", *tables} if cell["status"] == "ok" else files == {"log.txt"}


def test_a_log_keeps_its_ends_and_not_the_disk(aftermath):
    _, cells, folder, _ = aftermath
    log = (folder / "cells" / cells["Shouts()"]["key"] / "log.txt").read_bytes()
    assert 1_000_000 < len(log) < 1_100_000
    assert b"bytes left out" in log
    assert log.endswith(b"and the last line\n")


def test_what_a_plugin_sets_does_not_decide_who_may_read_the_result(aftermath):
    _, cells, folder, _ = aftermath
    for file in (folder / "cells" / cells["ChangesEverything()"]["key"]).iterdir():
        assert file.stat().st_mode & 0o444 == 0o444
