"""What befalls the harness itself: clocks that jump, downloads that are cut off, runs in which nothing succeeds."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from freshmark.results.tables import Results
from freshmark.testing import strategies as checks
from freshmark.testing.findings import failures

MISANSWERING = Path(__file__).with_name("misanswering.py")
CONTENT = b"1::11::4::1400000000\n" * 40_000


def test_a_wall_clock_that_jumps_by_an_hour_stops_nothing_and_times_nothing_wrongly(
    plan, campaign, tmp_path, monkeypatch
):
    true, offsets = time.time, itertools.cycle([0, 3600, -3600, 3600, 0, -3600])
    monkeypatch.setattr(time, "time", lambda: true() + next(offsets))
    summary = campaign(plan("good", "Slow(seconds=0.2)", timeout=20, seeds=(0, 1)), tmp_path / "run")
    assert summary.statuses == ("ok",) * 4
    cells = Results.open(tmp_path / "run", metrics={}).cells
    assert all(0 < seconds < 20 for seconds in cells["seconds"])
    slow = cells[cells["strategy"].str.startswith("Slow")]
    assert all(seconds >= 0.2 for seconds in slow["fit_seconds"])


@pytest.fixture
def half():
    """A server that sends half of a file and waits; told to, all of it."""
    sent = threading.Event()
    whole = threading.Event()

    class Half(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT[: len(CONTENT) // 2])
            self.wfile.flush()
            sent.set()
            if whole.wait(60):
                self.wfile.write(CONTENT[len(CONTENT) // 2 :])

        def log_message(self, *_):
            """Not to the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Half)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/ratings.dat", sent, whole
    whole.set()
    server.shutdown()
    server.server_close()


FETCH = """
import sys
from freshmark_datasets.published.downloading import fetch
from freshmark_datasets.published.entry import Published
print(fetch(Published("tweets", "1k", sys.argv[1], "Do as you like.", sys.argv[1])))
"""


def test_a_download_that_is_killed_half_way_leaves_no_file_that_is_taken_for_whole(half, tmp_path):
    address, sent, whole = half
    environment = os.environ | {"FRESHMARK_CACHE": str(tmp_path)}
    killed = subprocess.Popen([sys.executable, "-c", FETCH, address], env=environment)
    assert sent.wait(60)
    killed.kill()
    killed.wait()
    place = tmp_path / "downloads" / "tweets" / "1k" / "ratings.dat"
    assert not place.exists()
    whole.set()
    again = subprocess.run(
        [sys.executable, "-c", FETCH, address], env=environment, capture_output=True, text=True, check=True
    )
    assert Path(again.stdout.strip()) == place
    assert place.read_bytes() == CONTENT


def test_an_interrupted_download_leaves_nothing_at_all(half, tmp_path):
    address, sent, _ = half
    environment = os.environ | {"FRESHMARK_CACHE": str(tmp_path)}
    interrupted = subprocess.Popen([sys.executable, "-c", FETCH, address], env=environment, stderr=subprocess.PIPE)
    assert sent.wait(60)
    interrupted.send_signal(signal.SIGINT)
    interrupted.communicate()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.fixture(scope="module")
def barren(tmp_path_factory):
    """A run in which no cell succeeded: what the command said, its exit code, the folder."""
    folder = tmp_path_factory.mktemp("barren")
    done = freshmark(
        "run", "--plugin", str(MISANSWERING), "-d", "tiny()", "-s", "Answers('nan')", "-s", "ClaimsNothing",
        "--every", "1h", "--window", "1h", "-o", str(folder / "run"), cache=folder / "cache",
    )  # fmt: skip
    return done, folder


def freshmark(*arguments, cache):
    return subprocess.run(
        [sys.executable, "-m", "freshmark", *arguments],
        env=os.environ | {"FRESHMARK_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_in_which_nothing_succeeds_ends_with_4_and_says_why_of_each_cell(barren):
    done, folder = barren
    assert done.returncode == 4
    assert "2 of 2 cells failed" in done.stderr
    assert "not finite" in done.stderr
    assert "NotImplementedError: scores come in the next version" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "run" / "report.html").exists()


@pytest.mark.parametrize(("form", "ending"), [("html", "html"), ("markdown", "md"), ("csv", "csv")])
def test_a_report_of_it_can_be_drawn_and_says_that_nothing_was_measured(barren, form, ending):
    _, folder = barren
    done = freshmark("report", str(folder / "run"), "--format", form, cache=folder / "cache")
    assert (done.returncode, done.stderr) == (4, "")
    text = Path(done.stdout.strip()).read_text("utf-8")
    assert Path(done.stdout.strip()).suffix == f".{ending}"
    if form != "csv":
        assert "none of 2 cells succeeded" in text
        assert "scores come in the next version" in text


def test_a_check_finds_who_searches_the_memory_of_the_process_for_the_answers():
    namespace: dict[str, Any] = {}
    exec(compile(MISANSWERING.read_text(), str(MISANSWERING), "exec"), namespace)
    findings = checks.check_strategy(namespace["SearchesMemory"])
    (caught,) = failures(findings)
    assert "the answers leak" in caught.detail
