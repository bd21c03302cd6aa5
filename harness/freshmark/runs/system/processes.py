"""Processes as Linux shows them: who descends from whom, what they hold, and how to end them all."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_SET_PARENT_DEATH_SIGNAL, _SET_CHILD_SUBREAPER = 1, 36  # <linux/prctl.h>
_PAGE = os.sysconf("SC_PAGE_SIZE")


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, whatever session it made for itself."""
    _prctl(_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends; if that has happened already, leave now."""
    _prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def children(pid: int) -> list[int]:
    """The processes whose parent is this one, dead ones included until they are waited for."""
    found: list[int] = []
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_bytes().split())
    except FileNotFoundError:
        # The process has gone, or this kernel was built without the list; then each process is asked for its parent.
        return found if found or not Path(f"/proc/{pid}").exists() else list(_children_by_search(pid))
    except ProcessLookupError:
        return found
    return found


def descendants(pid: int) -> list[int]:
    """Children, their children, and so on; parents before children."""
    found = children(pid)
    for one in found:
        found += children(one)
    return found


def held_bytes(pid: int) -> int:
    """Memory that the process and its descendants hold: anonymous and shared pages, each page once.

    Pages of mapped files are left out: a stream is a memory map, its pages are the kernel's cache, and how many of
    them are resident says nothing of the strategy.
    """
    processes = [pid, *descendants(pid)]
    if len(processes) == 1:
        return _sum(f"/proc/{pid}/status", "RssAnon", "RssShmem")
    # After a fork pages are shared until one writes to them. Counting them takes the kernel a while, a sum does not.
    return sum(_sum(f"/proc/{one}/smaps_rollup", "Pss_Anon", "Pss_Shmem") for one in processes)


def kill_tree(pid: int) -> None:
    """Kill the process and its descendants. It is stopped first, so that it starts no more of them meanwhile."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    for one in [*descendants(pid), pid]:
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def free_bytes() -> int:
    """Memory that new work could use without swapping."""
    return _field(Path("/proc/meminfo").read_text("ascii"), "MemAvailable")


def _sum(file: str, *fields: str) -> int:
    try:
        text = Path(file).read_text("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(_field(text, name) for name in fields)


def _field(text: str, name: str) -> int:
    """Bytes of a line ``Name:  123 kB``; a process that is ending has none."""
    _, found, rest = text.partition(f"{name}:")
    return int(rest.split(None, 1)[0]) * 1024 if found else 0


def _children_by_search(pid: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):
                # The name in parentheses may hold anything, spaces and parentheses included.
                fields = (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
                if int(fields[1]) == pid:
                    yield int(entry.name)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
