"""Forks: work done by an exact copy of this process, while this one waits unchanged.

A fork copies every strategy exactly, whatever it consists of: no pickle, no deepcopy, and no memory but for the pages
that the fork writes to. Whatever the fork changes, its random numbers included, ends with it.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

from freshmark.errors import PluginError, UsageError

_SET_PARENT_DEATH_SIGNAL = 1  # <linux/prctl.h>
_PATIENCE_MILLISECONDS = 100


def run_in_fork(work: Callable[[], object]) -> None:
    """Run ``work`` in a fork and wait for it. Its result is dropped: it writes into shared memory.

    Raises:
        PluginError: the work raised (its traceback is a note), or the fork was killed.
        UsageError: this process uses CUDA, which does not survive a fork.
    """
    check_forkable()
    read_fd, write_fd = os.pipe()
    parent = os.getpid()
    child = 0
    try:  # entered before the fork: an interrupt right after it must not leave a child behind
        with _interrupt_held() as release:
            child = os.fork()
        if not child:
            _work_and_exit(work, parent, write_fd)
        release()
        os.close(write_fd)
        with os.fdopen(read_fd, "rb") as pipe:
            # A signal just before a blocking read would wait for the read: look up often enough to notice an interrupt.
            ready = select.poll()  # select() refuses descriptors from 1,024 on
            ready.register(pipe, select.POLLIN)
            while not ready.poll(_PATIENCE_MILLISECONDS):
                pass
            message = pipe.read().decode("utf-8", "replace")
    except BaseException:
        if child:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(child, 0) if child else (0, 0)
    if status:
        raise _failure(message, status)


@contextmanager
def _interrupt_held() -> Iterator[Callable[[], object]]:
    """Around a fork: an interrupt waits until the function that this gives is called.

    Python runs hooks of the standard library at a fork, and swallows what is raised in them. A signal mask would not
    help: the signal would be delivered to another thread, and still be handled in this one.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    caught: list[tuple[int, FrameType | None]] = []
    handler = signal.signal(signal.SIGINT, lambda number, frame: caught.append((number, frame)))
    try:
        yield lambda: handler(*caught[0]) if caught and callable(handler) else None
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if handler is None else handler)


def check_forkable(device: str = "cpu") -> None:
    """Refuse if a fork of this process could not work.

    Raises:
        UsageError: models are on this device, or this process uses CUDA already.
    """
    torch = sys.modules.get("torch")
    if device != "cpu" or (torch is not None and torch.cuda.is_initialized()):
        raise UsageError(
            "the matrix forks the process, and a fork cannot use a GPU",
            where=f"device={device!r}",
            remedy="--device cpu, or no --matrix",
            code="FM118",
        )


def _work_and_exit(work: Callable[[], object], parent: int, write_fd: int) -> NoReturn:
    """In the fork: it dies with its parent, and never returns into its code."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if os.getppid() == parent:
            work()
            code = 0
    except BaseException as error:  # noqa: BLE001  (the parent must learn of it, whatever it is)
        with os.fdopen(write_fd, "wb") as pipe:
            what = f"{type(error).__name__}: {' '.join(str(error).split())}"
            pipe.write("\n".join([what, *traceback.format_exception(error)]).encode("utf-8", "replace"))
    finally:
        os._exit(code)


def _failure(message: str, status: int) -> PluginError:
    what, _, trace = message.partition("\n")
    if os.WIFSIGNALED(status):
        what = f"killed by signal {os.WTERMSIG(status)}"
    error = PluginError(f"answering without updates failed: {what or 'it ended early'}", where="matrix", code="FM312")
    if trace:
        error.add_note(trace)
    return error
