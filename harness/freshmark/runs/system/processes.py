"""Linux processes: descendants, resident memory, and ending a whole tree."""

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
    """Become the parent of every descendant whose own parent ends, whichever session it is in."""
    _prctl(_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends; exit at once if that has already happened."""
    _prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def children(pid: int) -> list[int]:
    """The child processes, including zombies."""
    pids: list[int] = []
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            pids += map(int, (thread / "children").read_bytes().split())
    except FileNotFoundError:
        # The process has ended, or the kernel was built without this list; then search all processes for their parent.
        return pids if pids or not Path(f"/proc/{pid}").exists() else list(_children_by_search(pid))
    except ProcessLookupError:
        return pids
    return pids


def descendants(pid: int) -> list[int]:
    """Children, their children, and so on; parents before children."""
    pids = children(pid)
    for child in pids:  # grows as it is iterated: breadth first
        pids += children(child)
    return pids


def held_bytes(pid: int) -> int:
    """Resident memory of the process and its descendants: anonymous and shared pages, each counted once.

    Pages of mapped files do not count: a stream is a memory map, and how much of it the kernel caches does not depend
    on the strategy.
    """
    processes = [pid, *descendants(pid)]
    if len(processes) == 1:
        return _sum(f"/proc/{pid}/status", "RssAnon", "RssShmem")
    # After a fork, pages are shared until they are written. Pss counts each once, but is slower to read.
    return sum(_sum(f"/proc/{process}/smaps_rollup", "Pss_Anon", "Pss_Shmem") for process in processes)


def kill_tree(pid: int) -> None:
    """Kill the process and its descendants. It is stopped first, so that it cannot start more of them."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    for process in [*descendants(pid), pid]:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def free_bytes() -> int:
    """Memory available without swapping."""
    return _field(Path("/proc/meminfo").read_text("ascii"), "MemAvailable")


def _sum(file: str, *fields: str) -> int:
    try:
        text = Path(file).read_text("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(_field(text, name) for name in fields)


def _field(text: str, name: str) -> int:
    """Bytes of a line ``Name:  123 kB``; 0 if it is missing, as for a process that is ending."""
    _, separator, rest = text.partition(f"{name}:")
    return int(rest.split(None, 1)[0]) * 1024 if separator else 0


def _children_by_search(pid: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):
                # The name in parentheses may contain spaces and parentheses.
                fields = (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
                if int(fields[1]) == pid:
                    yield int(entry.name)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
