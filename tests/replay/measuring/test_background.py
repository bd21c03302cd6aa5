"""CPU in the background: of other threads and of children, not of the thread that replays nor of the harness."""

from __future__ import annotations

import os
import threading
import time
from types import SimpleNamespace

import pytest
from freshmark.replay.measuring.background import BackgroundMeter

NANO = 1_000_000_000


class Planted:
    """Clocks that show what a test says: seconds of the process, of the thread, of children that were waited for."""

    def __init__(self) -> None:
        self.process = self.thread = self.children = 0.0

    def meter(self):
        return BackgroundMeter(
            lambda: int(self.process * NANO),
            lambda: int(self.thread * NANO),
            lambda: SimpleNamespace(children_user=self.children, children_system=0.0),  # type: ignore[arg-type, return-value]
        )


def test_what_this_thread_uses_is_not_in_the_background():
    clocks = Planted()
    meter = clocks.meter()
    meter.begin()
    clocks.process, clocks.thread = 5.0, 5.0
    assert meter.seconds == 0.0


def test_other_threads_and_children_add_up():
    clocks = Planted()
    clocks.process, clocks.thread, clocks.children = 9.0, 4.0, 7.0
    meter = clocks.meter()
    meter.begin()
    assert meter.seconds == 0.0
    clocks.process, clocks.thread, clocks.children = 12.0, 5.0, 7.5
    assert meter.seconds == pytest.approx(2.5)


def test_what_the_harness_does_meanwhile_does_not_count():
    clocks = Planted()
    meter = clocks.meter()
    meter.begin()
    clocks.children = 1.0
    for _ in range(3):
        meter.pause()
        clocks.children += 10.0
        meter.resume()
    assert meter.seconds == pytest.approx(1.0)


def burn(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(1000))


def test_a_thread_that_works_is_seen():
    meter = BackgroundMeter()
    meter.begin()
    thread = threading.Thread(target=burn, args=(0.1,))
    thread.start()
    thread.join()
    assert 0.09 <= meter.seconds < 0.3


@pytest.mark.parametrize("waited", [False, True])
def test_a_child_is_seen_whether_or_not_it_was_waited_for(waited):
    meter = BackgroundMeter()
    meter.begin()
    hear, tell = os.pipe()
    child = os.fork()
    if not child:
        burn(0.1)
        os.write(tell, b"x")
        if not waited:
            time.sleep(1e6)
        os._exit(0)
    os.read(hear, 1)
    if waited:
        os.waitpid(child, 0)
    seen = meter.seconds
    if not waited:
        os.kill(child, 9)
        os.waitpid(child, 0)
    os.close(hear)
    os.close(tell)
    assert 0.08 <= seen < 0.3
