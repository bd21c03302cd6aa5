"""What a strategy does beside answering: files, network, memory, clocks, threads, disk; each is stopped or shown."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from freshmark.runs import campaign as campaigns
from freshmark.runs.jobs import Limits

MISANSWERING = Path(__file__).with_name("misanswering.py")


STRATEGIES = (
    "Good",
    "OpensTheStream",
    "OpensTheStream('open')",
    "OpensTheStream('os')",
    "OpensTheStream(hide=True)",
    "OpensTheTruth('{run}')",
    "CallsHome",
    "CallsHome('freshmark.invalid')",
    "CallsHome(hide=True)",
    "TalksToItself",
    "ReadsThePast",
    "StopsTheClock(seconds=0.02)",
    "LearnsElsewhere('thread')",
    "LearnsElsewhere('child')",
    "SaysWhereTempIs('{marks}/temp')",
    "FillsTemp(2_000_000, end='abort')",
    "Pauses('{marks}/pause')",
)
MANY = ("LeaksSlowly(20_000)", "Good(mark=1)")


@pytest.fixture(scope="module")
def marks(tmp_path_factory):
    """Where strategies write what the tests want to know."""
    return tmp_path_factory.mktemp("marks")


@pytest.fixture(scope="module")
def cells(plan, campaign, tmp_path_factory, marks):
    """Strategy → its cell, after one campaign over them all; one that says that it can be suspended is."""
    folder = tmp_path_factory.mktemp("reach") / "run"
    texts = [text.replace("{run}", str(folder)).replace("{marks}", str(marks)) for text in STRATEGIES]
    suspender = threading.Thread(target=suspend, args=(marks / "pause",))
    suspender.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRESHMARK_CACHE", str(tmp_path_factory.mktemp("cache")))
        wanted = replace(plan("Good"), strategies=tuple(texts), plugins=(MISANSWERING,), timeout=60)
        campaign(wanted, folder)
        campaign(replace(wanted, strategies=MANY, streams=("tiny(n=6000)",)), folder)
    suspender.join()
    found = stored(folder)
    return {text: found[canonical] for text, canonical in zip([*STRATEGIES, *MANY], found, strict=True)}


def suspend(mark):
    """Stop and continue the process that writes its number there, twice."""
    deadline = time.monotonic() + 120
    while not mark.exists() or not mark.read_text():
        time.sleep(0.01)
        assert time.monotonic() < deadline
    pid = int(mark.read_text())
    for _ in range(2):
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.1)
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.1)


def stored(folder):
    """Strategy → its row, in the order of entering."""
    with sqlite3.connect(folder / "run.sqlite") as database:
        database.row_factory = sqlite3.Row
        return {row["strategy"]: dict(row) for row in database.execute("SELECT * FROM cells ORDER BY rowid")}


def summary(cell):
    return json.loads(cell["summary"])


def outcomes(cell):
    return json.loads(cell["digests"])["outcomes.parquet"]


@pytest.mark.parametrize(
    "strategy", [text for text in STRATEGIES if text.startswith("OpensTheStream") and "hide" not in text]
)
def test_a_strategy_that_opens_its_stream_fails_and_the_error_says_what_it_may_read(cells, strategy):
    cell = cells[strategy]
    assert (cell["status"], cell["code"]) == ("failed", "FM314")
    assert "item.npy of its stream while it is measured" in cell["reason"]
    assert "run.past" in cell["reason"]


def test_the_table_of_test_events_is_behind_the_fence_too(cells):
    cell = cells["OpensTheTruth('{run}')"]
    assert (cell["status"], cell["code"]) == ("failed", "FM314")
    assert ".parquet of its stream" in cell["reason"]


def test_a_strategy_that_catches_the_refusal_has_read_nothing_and_the_log_shows_it(cells):
    peeker, caller, good = cells["OpensTheStream(hide=True)"], cells["CallsHome(hide=True)"], cells["Good"]
    assert outcomes(peeker) == outcomes(caller) == outcomes(good)
    assert "refused: the file item.npy of its stream" in peeker["log_tail"]
    assert "refused: the network (192.0.2.1)" in caller["log_tail"]
    assert good["log_tail"] == ""


def test_the_network_is_refused_by_address_and_by_name_and_this_machine_is_not(cells):
    refused = [cells["CallsHome"], cells["CallsHome('freshmark.invalid')"]]
    assert [cell["code"] for cell in refused] == ["FM314", "FM314"]
    assert "the network (freshmark.invalid)" in refused[1]["reason"]
    assert outcomes(cells["TalksToItself"]) == outcomes(cells["ReadsThePast"]) == outcomes(cells["Good"])


def test_a_slow_leak_is_measured_and_reported_as_its_slope(cells):
    grown = [summary(cells[name])["growth_bytes_per_million_events"] / 1e6 for name in MANY]
    assert grown[0] == pytest.approx(20_000, rel=0.1)
    assert abs(grown[1]) < 2000


def test_a_strategy_that_stops_every_clock_is_timed_all_the_same(cells):
    cell = cells["StopsTheClock(seconds=0.02)"]
    told = summary(cell)
    assert told["updates"] >= 2
    assert told["update_seconds"] >= 0.02 * told["updates"]
    assert told["answer_seconds"] > 0
    assert cell["seconds"] >= told["update_seconds"]


@pytest.mark.parametrize("how", ["thread", "child"])
def test_work_that_is_handed_to_a_thread_or_a_child_shows_as_cpu_in_the_background(cells, how):
    told, good = summary(cells[f"LearnsElsewhere('{how}')"]), summary(cells["Good"])
    assert told["background_cpu_seconds"] >= 0.38
    assert good["background_cpu_seconds"] < 0.1
    assert max(told["fit_cpu_seconds"], good["fit_cpu_seconds"]) < 0.3


def test_a_suspended_cell_goes_on_and_says_how_often(cells):
    paused, good = cells["Pauses('{marks}/pause')"], cells["Good"]
    assert [summary(cell)["suspensions"] for cell in (paused, good)] == [2, 0]
    assert outcomes(paused) == outcomes(good)


def test_temporary_files_go_with_their_cell_however_it_ends(cells, marks):
    assert cells["FillsTemp(2_000_000, end='abort')"]["status"] == "crashed"
    assert cells["SaysWhereTempIs('{marks}/temp')"]["status"] == "ok"
    place = Path((marks / "temp").read_text())
    assert place.parent.name.startswith("freshmark-")
    assert not place.parent.exists()


def test_what_is_refused_to_a_strategy_is_not_refused_to_observers(tmp_path, plan, campaign):
    observer = tmp_path / "observer.py"
    observer.write_text(
        """
import socket
from freshmark import hookimpl

@hookimpl
def window_done(cell, window):
    try:
        socket.create_connection(("192.0.2.1", 9), timeout=0.01)
    except OSError:
        pass  # nobody is there, and it was allowed to look
"""
    )
    wanted = replace(plan("Good"), strategies=("Good",), plugins=(MISANSWERING, observer))
    summary = campaign(wanted, tmp_path / "run")
    assert (summary.statuses, summary.complaints) == (("ok",), ())
    with sqlite3.connect(tmp_path / "run" / "run.sqlite") as database:
        assert database.execute("SELECT log_tail FROM cells").fetchall() == [("",)]


def test_temporary_files_go_with_a_cell_that_is_stopped(plan, campaign, tmp_path):
    mark = tmp_path / "hung"
    wanted = replace(
        plan("Good"), strategies=(f"SaysWhereTempIs('{mark}', hang=True)",), plugins=(MISANSWERING,), timeout=0.5
    )
    assert campaign(wanted, tmp_path / "run").statuses == ("timeout",)
    assert not Path(mark.read_text()).parent.exists()


def test_a_strategy_that_fills_the_disk_is_stopped_at_the_limit_and_the_reason_has_both_numbers(
    plan, campaign, tmp_path, monkeypatch
):
    monkeypatch.setattr(campaigns, "Limits", partial(Limits, scratch_bytes=30_000_000))
    wanted = replace(plan("Good"), strategies=("FillsTemp", "FillsTemp(5_000_000)"), plugins=(MISANSWERING,))
    assert campaign(wanted, tmp_path / "run").statuses == ("failed", "ok")
    assert "MB of temporary files, limit 30 MB" in stored(tmp_path / "run")["FillsTemp()"]["reason"]


def test_a_gpu_without_memory_left_is_status_oom(plan, campaign, tmp_path):
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("no GPU here")
    wanted = replace(plan("Good"), strategies=("ExhaustsTheGpu",), plugins=(MISANSWERING,), device="cuda")
    assert campaign(wanted, tmp_path / "run").statuses == ("oom",)
