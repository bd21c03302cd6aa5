"""Jobs and their results: plain data that an executor moves to a process and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol, Self, TypeAlias

EndStatus: TypeAlias = Literal["ok", "failed", "timeout", "oom", "crashed", "interrupted"]
"""How a job ended. ``failed``: it raised; ``crashed``: its process ended without reporting success or an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work, complete: any process that sees the same disk can do it with ``run_job``.

    key: identifies it among the jobs of a run
    kind: ``cell`` replays and writes tables; ``trial`` replays the tail of the warm-up and reports a metric;
        ``stream`` prepares a stream and writes its table of test events; ``strategies`` builds the strategies listed in
        ``cell`` and reports their tasks; ``rehearsal`` compiles one
    text: the expression of the strategy, or of the stream
    settings: of the replay
    target: the folder (cell) or file (stream) to write
    stream: the folder of the prepared stream; empty if a ``stream`` job has to build it from its expression
    cell: stream, strategy, every, delay, seed, key and position, as hooks receive them; of a trial every, delay, seed,
        metric, limits, values and tuning (the key)
    plugins, factories, disabled: what to load and what to leave out, see ``registry.load``
    durations: ``.npz`` with the durations of a measured delay; empty to measure them
    """

    key: str
    kind: Literal["cell", "trial", "stream", "strategies", "rehearsal"]
    text: str
    settings: Mapping[str, Any]
    target: str
    stream: str = ""
    device: str = "cpu"
    cell: Mapping[str, Any] = field(default_factory=dict)
    plugins: Sequence[str] = ()
    factories: Sequence[str] = ()
    disabled: Sequence[str] = ()
    durations: str = ""

    def packed(self) -> dict[str, Any]:
        """The fields, ready for JSON; ``Job(**packed)`` restores the job."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """How a job ended, and what it returned.

    status: ``ok``, ``failed``, ``timeout``, ``oom``, ``crashed`` or ``interrupted``
    reason: one line for people; empty if the status is ``ok``
    code: the ``FM…`` code of the error, if it has one
    started: seconds since the epoch
    seconds: wall-clock time from ready to the end
    result: what the job returned; for a cell the ``summary`` and the ``digests`` of its tables
    error: the fields of the FreshmarkError that it raised
    log: (≤ 1 MB) its output, decoded with ``surrogateescape``; the middle of a longer one is left out
    concurrent: the largest number of other jobs that ran at the same time
    """

    status: EndStatus
    reason: str = ""
    code: str = ""
    started: float = 0.0
    seconds: float = 0.0
    result: Mapping[str, Any] = field(default_factory=dict)
    error: Mapping[str, str] = field(default_factory=dict)
    log: str = ""
    concurrent: int = 0

    def packed(self) -> dict[str, Any]:
        """The fields, ready for JSON; ``JobResult(**packed)`` restores the result."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a job may use before it is killed.

    seconds: wall-clock time from ready, after the imports; None is no limit
    memory_bytes: held by the process and all its descendants; None is nine tenths of what is free now
    startup_seconds: wall-clock time until it is ready
    scratch_bytes: of temporary files at any time; None is no limit
    """

    seconds: float | None = None
    memory_bytes: int | None = None
    startup_seconds: float = 120.0
    scratch_bytes: int | None = 1_000_000_000

    def packed(self) -> dict[str, Any]:
        """The fields, ready for JSON; ``Limits(**packed)`` restores the limits."""
        return asdict(self)


class RunState(StrEnum):
    """Whether jobs may start (``RUNNING``), only running ones may finish (``FINISHING``), or all must stop."""

    RUNNING = "running"
    FINISHING = "finishing"
    ABORT = "abort"


class Executor(Protocol):
    """Runs jobs. Its factory is called with ``jobs`` (how many at once), ``limits`` and ``preload`` (module names)."""

    def __enter__(self) -> Self:
        """Get ready."""

    def __exit__(self, *failure: object) -> None:
        """Leave nothing running."""

    def run(
        self,
        jobs: Sequence[Job],
        *,
        started: Callable[[Job], None],
        ended: Callable[[Job, JobResult], None],
        state: Callable[[], RunState],
    ) -> None:
        """Run these jobs in order, each in a fresh process (``run_job`` starts one), and return when all have ended.

        Args:
            jobs: to run.
            started: call it before each job starts.
            ended: call it once for each job that was started.
            state: call it often. Start jobs only while it is ``RUNNING``; at ``ABORT`` stop the running ones, which
                end as ``interrupted``.
        """
