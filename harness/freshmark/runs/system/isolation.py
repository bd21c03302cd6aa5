"""Isolation: what a fresh process does before a stranger's code runs in it."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from freshmark.runs.system.processes import adopt_orphans, die_with_parent

ENVIRONMENT: Mapping[str, str] = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "PYTHONHASHSEED": "0",
    "PYTHONUNBUFFERED": "1",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
}
"""Set before the first import: libraries read it then. One thread; one hash seed; no output that a crash loses."""


def isolate(parent: int, log: int) -> None:
    """Make this process nobody's: its own session, all output into ``log``, gone when its parent goes.

    There is no input: the parent has none to pass on.

    Args:
        parent: the process that must outlive this one.
        log: descriptor that stdout and stderr are turned to; closed.
    """
    os.setsid()
    die_with_parent(parent)
    adopt_orphans()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    faulthandler.enable(2)
    # Where memory runs out, the kernel shall take the cell and not the program that watches it.
    with suppress(PermissionError):
        Path("/proc/self/oom_score_adj").write_text("500")


def settle_torch() -> None:
    """Where torch is loaded: one thread, reproducible, and what its first optimiser would import is imported.

    That import takes seconds and 80 MB, which would be told as time and memory of whichever strategy comes first.
    Where torch is loaded later, it takes its threads from the environment.
    """
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
        # As use_deterministic_algorithms(True, warn_only=True), without the compiler that this imports.
        torch.set_deterministic_debug_mode("warn")
        with suppress(ImportError):  # a torch without its compiler has nothing to wait for
            import_module("torch._dynamo")
