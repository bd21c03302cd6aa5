"""Ctrl-C in two steps: let running cells finish, then abort."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any, Self

from freshmark.runs.jobs import RunState


class Interrupts:
    """While entered, SIGINT finishes the running cells, a second SIGINT or a SIGTERM aborts them.

    state: ``RUNNING``, ``FINISHING`` or ``ABORT``
    exit_code: 5 if the rest can be resumed after finishing, 130 or 143 after an abort; 0 without an interrupt
    """

    def __init__(self) -> None:
        self.state = RunState.RUNNING
        self.exit_code = 0
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> Self:
        # Python lets only the main thread set handlers; elsewhere the caller's stay in charge.
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._previous[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *failure: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        """Only set the state: raising here would interrupt a write to the store at any line."""
        del frame
        if number == signal.SIGTERM:
            self.state, self.exit_code = RunState.ABORT, 143
        elif self.state is RunState.RUNNING:
            self.state, self.exit_code = RunState.FINISHING, 5
        else:
            self.state, self.exit_code = RunState.ABORT, 130
