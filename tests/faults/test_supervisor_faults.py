"""Whatever happens to the program that supervises, what was acknowledged is kept, and a second run does the rest."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from freshmark.runs.campaign import Campaign
from freshmark.runs.catalogue.registry import load
from freshmark.runs.plan.toml import write_plan

SCRIPT = """
import sys
from pathlib import Path
from freshmark.runs.campaign import Campaign
from freshmark.runs.catalogue.registry import load
from freshmark.runs.plan.toml import read_plan
plan = read_plan(Path(sys.argv[1]))
with Campaign(plan, Path(sys.argv[2]), load(plan.plugins), jobs=int(sys.argv[3])) as campaign:
    summary = campaign.measure()
sys.exit(summary.exit_code)
"""
FORKING = """
import os, signal, socket, sys
from pathlib import Path
from freshmark.runs.campaign import Campaign
from freshmark.runs.catalogue.registry import load
from freshmark.runs.executors import forkserver
from freshmark.runs.executors.local import Local
from freshmark.runs.executors.precompile import rehearse
from freshmark.runs.plan.toml import read_plan
plan, folder = read_plan(Path(sys.argv[1])), Path(sys.argv[2])
rehearse()


class Forked:
    def __init__(self, theirs, preload):
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            for descriptor in map(int, os.listdir("/proc/self/fd")):
                if descriptor > 2 and descriptor != theirs:
                    try: os.close(descriptor)
                    except OSError: pass
            forkserver.main(theirs, preload)
            os._exit(0)

    def wait(self):
        os.waitpid(self.pid, 0)


def open_fork_server(self):
    self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        self._fork_server = Forked(theirs.fileno(), self._preload)
    self._selector.register(self._socket, 1)


Local._open_fork_server = open_fork_server
for _ in sys.stdin:
    supervisor = os.fork()
    if supervisor == 0:
        with Campaign(plan, folder, load(plan.plugins), jobs=2) as campaign:
            os._exit(campaign.measure().exit_code)
    print(supervisor, flush=True)
    print(os.waitpid(supervisor, 0)[1], flush=True)
"""
"""A process that starts campaigns at each line of its input, and forks what ``SCRIPT`` imports anew each time."""

PATIENCE = 60


@pytest.fixture
def start(tmp_path):
    """Start a campaign in a process of its own."""

    def start(plan, folder, jobs=1):
        write_plan(plan, tmp_path / "plan.toml")
        arguments = [sys.executable, "-c", SCRIPT, str(tmp_path / "plan.toml"), str(folder), str(jobs)]
        return subprocess.Popen(arguments, start_new_session=True)

    return start


def lines(mark: Path, count: int) -> list[int]:
    """The process ids in the file, as soon as there are so many."""
    for _ in range(PATIENCE * 100):
        if mark.exists() and len(found := mark.read_text().split()) >= count:
            return [int(pid) for pid in found]
        time.sleep(0.01)
    raise AssertionError(f"no {count} cells started")


def gone(pids: list[int]) -> bool:
    """Whether all these processes end soon."""
    for _ in range(PATIENCE * 100):
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.01)
    return False


def cells(folder: Path, columns: str = "status") -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / "run.sqlite") as database:
        return database.execute(f"SELECT {columns} FROM cells ORDER BY position").fetchall()


def outcomes(folder: Path) -> dict[Any, bytes]:
    """(strategy, seed) → the bytes of its outcomes."""
    rows = cells(folder, "key, strategy, seed")
    return {tuple(row): (folder / "cells" / str(key) / "outcomes.parquet").read_bytes() for key, *row in rows}


def test_a_killed_run_is_resumed_and_gives_the_same_bytes(plan, start, campaign, tmp_path):
    mark = tmp_path / "mark"
    wanted = plan(f"Slow(mark='{mark}')", "good", "Slow(seconds=0.2)", seeds=(0, 1))
    assert campaign(wanted, tmp_path / "whole").exit_code == 0
    mark.unlink()
    for started in (1, 2):
        running = start(wanted, tmp_path / "cut")
        pids = lines(mark, started)
        running.kill()
        running.wait()
        assert gone(pids)
    acknowledged = dict(cells(tmp_path / "cut", "key, digests || started"))
    running = start(wanted, tmp_path / "cut")
    assert running.wait(PATIENCE) == 0
    assert cells(tmp_path / "cut") == [("ok",)] * 6
    assert outcomes(tmp_path / "cut") == outcomes(tmp_path / "whole")
    kept = {key: value for key, value in acknowledged.items() if value and '":' in value}
    after = dict(cells(tmp_path / "cut", "key, digests || started"))
    assert {key: after[key] for key in kept} == kept, "a finished cell was measured again"
    assert not list((tmp_path / "cut").rglob(".tmp-*"))


def test_what_a_cell_started_does_not_outlive_a_killed_run_either(plan, start, tmp_path):
    mark = tmp_path / "daemon"
    running = start(plan(f"LeavesDaemon('{mark}', how='hang')"), tmp_path / "run")
    pids = lines(mark, 1)
    running.kill()
    running.wait()
    assert gone(pids)


@pytest.mark.slow
def test_a_run_killed_at_fifty_random_moments_loses_and_doubles_nothing(plan, campaign, tmp_path):
    """The moments lie within two cells of a third of a second, at both sides of their ends."""
    draw, mark, cut = random.Random(20), tmp_path / "mark", tmp_path / "cut"
    wanted = [f"Slow(seconds=0.1, mark='{mark}')", "Shouts"]
    assert campaign(plan(*wanted), tmp_path / "whole").exit_code == 0
    (bytes_of_a_cell,) = set(outcomes(tmp_path / "whole").values())  # neither draws: a seed changes nothing
    mark.unlink()
    write_plan(plan(*wanted, seeds=tuple(range(60))), tmp_path / "plan.toml")
    arguments = [sys.executable, "-c", FORKING, str(tmp_path / "plan.toml"), str(cut)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forking:

        def begin() -> int:
            forking.stdin.write("campaign\n")
            forking.stdin.flush()
            return int(forking.stdout.readline())

        measured = 0
        for _ in range(50):
            supervisor = begin()
            lines(mark, measured + 1)
            time.sleep(draw.uniform(0, 0.3))
            os.kill(supervisor, signal.SIGKILL)
            assert int(forking.stdout.readline()) == signal.SIGKILL
            measured = len(lines(mark, 1))
        begin()
        assert int(forking.stdout.readline()) == 0
        forking.stdin.close()
    assert cells(cut) == [("ok",)] * 120
    assert set(outcomes(cut).values()) == {bytes_of_a_cell}
    assert len(list((cut / "cells").iterdir())) == 120


def test_a_killed_worker_is_a_crashed_cell_that_the_next_run_takes_up(plan, campaign, tmp_path):
    mark = tmp_path / "mark"
    wanted = plan(f"Slow(seconds=0.5, mark='{mark}')", "good")
    killer = threading.Thread(target=lambda: os.kill(lines(mark, 1)[0], signal.SIGKILL))
    killer.start()
    assert campaign(wanted, tmp_path / "run").exit_code == 1
    killer.join()
    assert cells(tmp_path / "run") == [("crashed",), ("ok",)]
    assert campaign(wanted, tmp_path / "run").exit_code == 0
    assert cells(tmp_path / "run", "status, reason") == [("ok", ""), ("ok", "")]
    assert len(lines(mark, 2)) == 2


def test_the_process_that_forks_may_die_and_the_run_goes_on(plan, campaign, tmp_path):
    mark = tmp_path / "mark"

    def kill_parent():
        worker = lines(mark, 1)[0]
        status = Path(f"/proc/{worker}/status").read_text()
        os.kill(int(status.split("PPid:")[1].split()[0]), signal.SIGKILL)

    killer = threading.Thread(target=kill_parent)
    killer.start()
    summary = campaign(plan(f"Slow(seconds=30, mark='{mark}')", "good"), tmp_path / "run")
    killer.join()
    assert summary.statuses == ("crashed", "ok")
    assert "process that starts cells was killed" in str(cells(tmp_path / "run", "reason")[0][0])
    assert gone(lines(mark, 1))


def test_one_interrupt_finishes_what_runs_and_stops(plan, start, tmp_path):
    mark = tmp_path / "mark"
    running = start(plan(f"Slow(seconds=1, mark='{mark}')", "good", "Good(mark=1)"), tmp_path / "run")
    lines(mark, 1)
    running.send_signal(signal.SIGINT)
    assert running.wait(PATIENCE) == 5
    assert cells(tmp_path / "run") == [("ok",), ("queued",), ("queued",)]


@pytest.mark.parametrize(("signals", "code"), [((signal.SIGINT, signal.SIGINT), 130), ((signal.SIGTERM,), 143)])
def test_two_interrupts_stop_at_once(plan, start, tmp_path, signals, code):
    mark = tmp_path / "mark"
    running = start(plan(f"Slow(seconds=1000, mark='{mark}')", "good"), tmp_path / "run")
    pids = lines(mark, 1)
    for number in signals:
        running.send_signal(number)
        time.sleep(0.2)
    assert running.wait(PATIENCE) == code
    assert gone(pids)
    assert cells(tmp_path / "run", "status, reason") == [("interrupted", "stopped by the user"), ("queued", "")]


def test_a_second_run_in_a_locked_folder_is_refused(plan, start, tmp_path):
    mark = tmp_path / "mark"
    running = start(plan(f"Slow(seconds=1000, mark='{mark}')"), tmp_path / "run")
    pids = lines(mark, 1)
    second = start(plan("good"), tmp_path / "run")
    assert second.wait(PATIENCE) == 1
    running.kill()
    running.wait()
    assert gone(pids)
    third = start(plan("good"), tmp_path / "run")
    assert third.wait(PATIENCE) == 0


def test_a_damaged_table_is_measured_again_and_no_other(plan, campaign, tmp_path):
    wanted = plan("good", "Good(mark=1)", "Good(mark=2)")
    campaign(wanted, tmp_path / "run")
    before = cells(tmp_path / "run", "key, started")
    keys = [str(key) for key, _ in before]
    table = tmp_path / "run" / "cells" / keys[0] / "outcomes.parquet"
    whole = table.read_bytes()
    table.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    (tmp_path / "run" / "cells" / keys[2] / "windows.parquet").unlink()
    assert campaign(wanted, tmp_path / "run").exit_code == 0
    after = cells(tmp_path / "run", "key, started")
    assert [one == two for one, two in zip(before, after, strict=True)] == [False, True, False]
    assert table.read_bytes() == whole


def test_a_disk_that_is_full_fails_the_cell_and_leaves_nothing_behind(plan, campaign, tmp_path):
    assert campaign(plan("FillsDisk", "good"), tmp_path / "run").statuses == ("failed", "ok")
    (_, reason), _ = cells(tmp_path / "run", "status, reason")
    assert "File too large" in str(reason)
    assert not list((tmp_path / "run").rglob(".tmp-*"))


def test_an_import_that_hangs_is_stopped_too(plan, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parent)
    wanted = plan("imports-forever", "says-nothing(lr=1)", "good")
    with Campaign(wanted, tmp_path / "run", load(wanted.plugins), startup_seconds=8.0) as campaign:
        summary = campaign.measure()
    assert summary.statuses == ("timeout", "timeout", "ok")
    assert "not ready after 8 s: an import hangs" in str(cells(tmp_path / "run", "reason")[0][0])


def test_where_no_cell_succeeds_the_exit_code_says_so(plan, campaign, tmp_path):
    assert campaign(plan("Raises('fit')", "Ends('abort')"), tmp_path / "run").exit_code == 4


def test_a_longer_plan_adds_cells_and_measures_none_twice(plan, campaign, tmp_path):
    campaign(plan("good"), tmp_path / "run")
    before = cells(tmp_path / "run", "key, started")
    assert campaign(plan("Good(mark=1)", "good", seeds=(0, 1)), tmp_path / "run").exit_code == 0
    after = cells(tmp_path / "run", "key, started")
    assert len(after) == 4
    assert set(before) < set(after)


def test_hooks_observe_a_run_and_cannot_break_it(plan, campaign, tmp_path):
    observer = tmp_path / "observer.py"
    log = tmp_path / "log"
    observer.write_text(
        f"""
import json
from freshmark import hookimpl

def note(*what):
    with open({str(log)!r}, "a") as file:
        file.write(json.dumps(what) + "\\n")

@hookimpl
def cell_started(cell):
    note("started", cell["strategy"], cell["seed"])

@hookimpl
def window_done(cell, window):
    note("window", cell["strategy"], window["window"])

@hookimpl
def cell_finished(cell, status, reason):
    note("finished", cell["strategy"], status, reason[:9])
    raise KeyError("observer")

@hookimpl
def run_finished(folder):
    note("run", folder.name)
"""
    )
    wanted = plan("good", "Ends('_exit(3)')")
    wanted = replace(wanted, plugins=(*wanted.plugins, observer))
    summary = campaign(wanted, tmp_path / "run")
    told = [json.loads(line) for line in log.read_text().splitlines()]
    assert told[0] == ["started", "good()", 0]
    assert ["window", "good()", 0] in told
    assert ["finished", "good()", "ok", ""] in told
    assert told[-2:] == [["finished", "Ends('_exit(3)')", "crashed", "exit 3 be"], ["run", "run"]]
    assert summary.statuses == ("ok", "crashed")
    assert len(summary.complaints) == 2
    assert "fails in cell_finished: KeyError: 'observer'" in summary.complaints[0]


def test_a_meter_that_raises_and_an_observer_in_the_cell_are_named(plan, campaign, tmp_path):
    (tmp_path / "watching.py").write_text(
        """
from freshmark import hookimpl

@hookimpl
def window_done(cell, window):
    {}["nowhere"]
"""
    )
    (tmp_path / "metering.py").write_text(
        """
from freshmark import hookimpl

class Broken:
    def begin(self):
        pass

    def window(self):
        return 1 / 0

@hookimpl
def register_meters():
    return {"broken": Broken}
"""
    )
    given = plan("good")
    watched = campaign(replace(given, plugins=(*given.plugins, tmp_path / "watching.py")), tmp_path / "watched")
    (complaint,) = watched.complaints
    assert watched.statuses == ("ok",)
    assert re.search(r"watching\.py' fails in window_done: KeyError: 'nowhere' \(\S+watching\.py:6\)", complaint)
    metered = campaign(replace(given, plugins=(*given.plugins, tmp_path / "metering.py")), tmp_path / "metered")
    assert metered.statuses == ("failed",)
    with sqlite3.connect(tmp_path / "metered" / "run.sqlite") as database:
        reason, code = database.execute("SELECT reason, code FROM cells").fetchone()
    assert re.search(r"metering\.py' fails in meter 'broken': ZeroDivisionError.*metering\.py:9", reason)
    assert code == "FM302"
