"""Ctrl-C, in two steps: finish what runs, then stop now."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any, Self

from freshmark.runs.jobs import CALM, FINISH, NOW


class Interrupts:
    """While it is entered, signals are wishes: SIGINT once finishes what runs, twice or SIGTERM stops at once.

    wish: ``CALM``, ``FINISH`` or ``NOW``
    exit_code: 5 where something was left to do and can be resumed, 130 and 143 where it was stopped at once
    """

    def __init__(self) -> None:
        self.wish = CALM
        self.exit_code = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        # Only the main thread may handle signals; elsewhere whoever has that thread handles them.
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._heard)
        return self

    def __exit__(self, *failure: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        del frame
        if number == signal.SIGTERM:
            self.wish, self.exit_code = NOW, 143
        elif self.wish == CALM:
            self.wish, self.exit_code = FINISH, 5
        else:
            self.wish, self.exit_code = NOW, 130
