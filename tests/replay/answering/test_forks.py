"""Copies of the process: exact, apart, and gone with the one that waits for them."""

from __future__ import annotations

import contextlib
import mmap
import os
import random
import resource
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from freshmark.errors import PluginError, UsageError
from freshmark.replay.answering.forks import check_forkable, run_in_fork


def gone(pid: int) -> bool:
    """Whether the process ends within ten seconds; one that nobody waits for yet has ended too."""
    for _ in range(200):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            if state not in "ZX":
                time.sleep(0.05)
                continue
        return True
    return False


def test_what_a_copy_does_is_seen_in_shared_memory_alone():
    shared, own = np.frombuffer(mmap.mmap(-1, 8), np.int64), [1]
    rng = np.random.default_rng(0)
    random.seed(0)

    def work():
        own[0] = 2
        shared[0] = rng.integers(1, 100)
        random.random()

    run_in_fork(work)
    assert own == [1]
    # The copy drew from the same generator, which has not moved here.
    assert shared[0] == rng.integers(1, 100)
    assert random.random() == random.Random(0).random()


def test_a_copy_never_returns_into_the_code_that_made_it():
    before = os.getpid()
    seen: list[int] = []
    run_in_fork(lambda: seen.append(os.getpid()))
    assert seen == []
    assert os.getpid() == before


def test_exit_in_a_copy_is_reported_as_a_failure():
    def leave():
        raise SystemExit(0)

    with pytest.raises(PluginError, match="SystemExit"):
        run_in_fork(leave)


def test_a_copy_dies_with_the_process_that_waits_for_it():
    hear, tell = os.pipe()
    waiting = os.fork()
    if not waiting:  # a cell that is killed from outside, while its copy would go on for a minute

        def work():
            os.write(tell, f"{os.getpid()}\n".encode())
            time.sleep(60)

        run_in_fork(work)
        os._exit(0)
    copy = int(os.read(hear, 100))
    os.kill(waiting, signal.SIGKILL)
    os.waitpid(waiting, 0)
    os.close(hear)
    os.close(tell)
    assert gone(copy)


@pytest.mark.parametrize("late", [0.0, 0.3])
def test_an_interrupt_while_waiting_ends_the_copy_and_goes_on(late, monkeypatch):
    close = os.close

    def slow(descriptor):
        close(descriptor)
        time.sleep(late)  # the copy interrupts before this process listens to it

    monkeypatch.setattr(os, "close", slow)
    copies = mmap.mmap(-1, 8)
    shared = np.frombuffer(copies, np.int64)
    here = os.getpid()

    def work():
        shared[0] = os.getpid()
        os.kill(here, signal.SIGINT)
        time.sleep(60)

    # What a shell starts in the background ignores interrupts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_in_fork(work)
    finally:
        signal.signal(signal.SIGINT, before)
    assert gone(int(shared[0]))


def test_descriptors_beyond_a_thousand_are_waited_for_too():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4096), hard), hard))
    shared = mmap.mmap(-1, 1)
    held = [os.dup(0) for _ in range(1100)]
    try:
        run_in_fork(lambda: shared.write(b"x"))
    finally:
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert shared[:1] == b"x"


def test_no_descriptor_is_left_open():
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        run_in_fork(lambda: None)
        with pytest.raises(PluginError):
            run_in_fork(lambda: 1 / 0)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("device", ["cuda", "cuda:1", "mps"])
def test_no_copy_of_a_process_with_a_gpu(device):
    with pytest.raises(UsageError, match="cannot use a GPU"):
        check_forkable(device)
