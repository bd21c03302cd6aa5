"""The summary of a run, and the exit code that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

NOTHING_MEASURED = 4
"""Exit code: no cell succeeded."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """How a run went.

    folder: with its results
    statuses: of every cell, in the order of the plan
    interrupted: the exit code of an interruption, or 0
    complaints: errors of plugins in their observing hooks
    racing: whether a race would have added seeds, had it not been interrupted
    """

    folder: Path
    statuses: tuple[str, ...]
    interrupted: int = 0
    complaints: tuple[str, ...] = ()
    racing: bool = False

    @property
    def ok(self) -> int:
        """How many cells were measured."""
        return self.statuses.count("ok")

    @property
    def exit_code(self) -> int:
        """0 all cells measured, 1 some not, 4 none, 5 interrupted; the same command resumes it, 130 and 143 aborted."""
        if self.interrupted and (self.racing or self.ok < len(self.statuses)):
            return self.interrupted
        if self.ok == len(self.statuses):
            return 0
        return 1 if self.ok else NOTHING_MEASURED
