"""Copies: work that an exact copy of this process does, while this one waits and stays as it is.

A fork copies every strategy exactly, whatever it is made of: no pickle, no deepcopy, and no memory but for the pages
that the copy writes to. What the copy changes, its random numbers included, goes with it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from freshmark.errors import PluginError, UsageError

_SET_PARENT_DEATH_SIGNAL = 1  # <linux/prctl.h>


def in_a_copy(work: Callable[[], object]) -> None:
    """Do the work in a copy of this process, and wait for it. What it gives is lost: it writes into shared memory.

    Raises:
        PluginError: the work raised, with its traceback as a note, or the copy was killed.
        UsageError: this process uses CUDA, which no copy can.
    """
    check_copyable()
    hear, tell = os.pipe()
    here = os.getpid()
    copy = 0
    try:  # from before the fork on: an interrupt right after it must leave no copy behind
        copy = os.fork()
        if not copy:
            _work_and_leave(work, here, tell)
        os.close(tell)
        with os.fdopen(hear, "rb") as pipe:
            told = pipe.read().decode("utf-8", "replace")
    except BaseException:
        if copy:
            with suppress(ProcessLookupError):
                os.kill(copy, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(copy, 0) if copy else (0, 0)
    if status:
        raise _failure(told, status)


def check_copyable(device: str = "cpu") -> None:
    """Whether a copy of this process could work.

    Raises:
        UsageError: models live on this device, or this process uses CUDA already.
    """
    torch = sys.modules.get("torch")
    if device != "cpu" or (torch is not None and torch.cuda.is_initialized()):
        raise UsageError(
            "the matrix needs copies of the process, and none can use a GPU",
            where=f"device={device!r}",
            remedy="--device cpu, or no --matrix",
            code="FM118",
        )


def _work_and_leave(work: Callable[[], object], parent: int, tell: int) -> NoReturn:
    """In the copy: it dies with the process that it is a copy of, and never returns into its code."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if os.getppid() == parent:
            work()
            code = 0
    except BaseException as error:  # noqa: BLE001  (the process that waits must hear of it, whatever it is)
        with os.fdopen(tell, "wb") as pipe:
            what = f"{type(error).__name__}: {' '.join(str(error).split())}"
            pipe.write("\n".join([what, *traceback.format_exception(error)]).encode("utf-8", "replace"))
    finally:
        os._exit(code)


def _failure(told: str, status: int) -> PluginError:
    what, _, trace = told.partition("\n")
    if os.WIFSIGNALED(status):
        what = f"killed by signal {os.WTERMSIG(status)}"
    error = PluginError(f"answering without updates failed: {what or 'it ended early'}", where="matrix", code="FM312")
    if trace:
        error.add_note(trace)
    return error
