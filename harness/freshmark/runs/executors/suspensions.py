"""Suspensions: how often this process was stopped and continued while it measured, which its durations then hold."""

from __future__ import annotations

import signal
import threading
from typing import Any, Self


class Suspensions:
    """Counts the times that the process is continued, as long as it is entered."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        # Elsewhere than in the main thread nobody may listen to signals.
        self._listens = threading.current_thread() is threading.main_thread()
        if self._listens:
            self._before: Any = signal.signal(signal.SIGCONT, self._continued)
        return self

    def __exit__(self, *failure: object) -> None:
        if self._listens:
            signal.signal(signal.SIGCONT, self._before)

    def _continued(self, number: int, frame: object) -> None:
        del number, frame
        self.count += 1
