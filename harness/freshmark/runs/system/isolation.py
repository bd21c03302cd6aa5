"""Isolation: what a new process does before third-party code runs in it."""

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
"""Set before the first import, when libraries read it: one thread, one hash seed, and unbuffered output."""


def isolate(parent: int, log: int) -> None:
    """Detach this process: its own session, all output into ``log``, killed when its parent ends; ``log`` is closed.

    It has no input, because the parent has none.
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
    # If memory runs out, the kernel must kill the cell and not the supervisor.
    with suppress(PermissionError):
        Path("/proc/self/oom_score_adj").write_text("500")


def settle_torch() -> None:
    """If torch is loaded: one thread, deterministic, and the modules that its first optimiser imports.

    That import takes seconds and 80 MB, which would be measured as time and memory of the strategy. If torch is loaded
    later, it reads the number of threads from the environment.
    """
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
        # Like use_deterministic_algorithms(True, warn_only=True), which would import the compiler.
        torch.set_deterministic_debug_mode("warn")
        with suppress(ImportError):  # a build of torch without the compiler
            import_module("torch._dynamo")
