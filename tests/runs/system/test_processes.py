"""Processes are found, measured and ended with all that descends from them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from freshmark.runs.system import processes
from freshmark.runs.system.processes import children, descendants, free_bytes, held_bytes, kill_tree

FAMILY = """
import os, sys, time
held = bytearray(os.urandom(1) * int(sys.argv[1]))
if os.fork() == 0:
    if os.fork() == 0:
        os.setsid()
print("ready", flush=True)
time.sleep(1000)
"""


@pytest.fixture
def family():
    """A process, its child and its grandchild, which hold so many bytes together."""
    started = []

    def family(size=1):
        process = subprocess.Popen([sys.executable, "-c", FAMILY, str(size)], stdout=subprocess.PIPE)
        started.append(process)
        for _ in range(3):
            process.stdout.readline()
        return process

    yield family
    for process in started:
        kill_tree(process.pid)
        process.wait()
        process.stdout.close()


def is_gone(pid):
    for _ in range(1000):
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("by_search", [False, True])
def test_descendants_are_found_whatever_session_they_are_in(family, monkeypatch, by_search):
    if by_search:
        monkeypatch.setattr(processes, "children", lambda pid: list(processes._children_by_search(pid)))
    process = family()
    found = descendants(process.pid)
    assert len(found) == 2
    assert found[:1] == list(processes._children_by_search(process.pid))


def test_a_process_that_is_gone_has_no_children():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert children(process.pid) == []
    assert held_bytes(process.pid) == 0


def test_a_page_that_a_fork_shares_is_held_once(family):
    size = 100_000_000
    alone, shared = held_bytes(family(1).pid), held_bytes(family(size).pid)
    assert size * 0.9 < shared - alone < size * 1.3


def test_a_tree_is_killed_to_the_last(family):
    process = family()
    below = descendants(process.pid)
    kill_tree(process.pid)
    assert process.wait() == -9
    assert all(is_gone(pid) for pid in below)
    kill_tree(process.pid)


def test_what_is_free_lies_between_nothing_and_all():
    assert 0 < free_bytes() < os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def test_fields_of_status_are_bytes_and_a_missing_one_is_nothing():
    assert processes._field("RssAnon:\t  12 kB\nRssFile: 3 kB\n", "RssAnon") == 12 * 1024
    assert processes._field("State: Z (zombie)\n", "RssAnon") == 0
