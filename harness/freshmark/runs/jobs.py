"""Jobs: what is done in a process of its own, and what came of it. Executors move these around."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol, Self, TypeAlias

Status: TypeAlias = Literal["queued", "running", "ok", "failed", "timeout", "oom", "crashed", "interrupted"]
"""What became of a cell. ``failed``: it raised; ``crashed``: its process ended without saying that it was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work, complete: a process anywhere that sees the same disk can do it. All of it is JSON.

    key: names it among the jobs of a run
    kind: ``cell`` replays and writes tables; ``stream`` prepares a stream and writes its table of test events;
        ``strategies`` builds those that ``cell`` names, and tells their tasks; ``rehearsal`` has a strategy compiled
    text: the expression of the strategy, or of the stream
    settings: of the replay
    target: the folder (cell) or file (stream) to write
    stream: the folder of the prepared stream; of a ``stream`` job empty where it is to be built from its expression
    cell: stream, strategy, every, delay, seed, key, position, as hooks are told
    plugins, factories, disabled: what to load, and what not to, see ``registry.load``
    durations: the ``.npz`` of durations that a measured delay is to take; empty where they are to be measured
    """

    key: str
    kind: Literal["cell", "stream", "strategies", "rehearsal"]
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
        """The job as JSON has it; ``Job(**packed)`` is the job again."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What came of a job.

    status: ``ok``, ``failed``, ``timeout``, ``oom``, ``crashed`` or ``interrupted``
    reason: one line for people; empty where all is well
    code: the ``FM…`` code of the error, where there is one
    started: seconds since the epoch
    seconds: of wall-clock time since it was ready to be measured
    result: what the process told at its end
    error: the fields of the FreshmarkError that it raised, where it was one
    log: (≤ 1 MB) all that it wrote, the middle left out where that was more
    beside: how many other jobs ran at the same time, at most
    """

    status: Status
    reason: str = ""
    code: str = ""
    started: float = 0.0
    seconds: float = 0.0
    result: Mapping[str, Any] = field(default_factory=dict)
    error: Mapping[str, str] = field(default_factory=dict)
    log: bytes = b""
    beside: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a job may use before it is stopped from outside.

    seconds: of wall-clock time from when it is ready, imports done; None is no limit
    memory_bytes: held by the process and all its descendants; None is nine tenths of what is free now
    startup_seconds: of wall-clock time until it is ready
    scratch_bytes: of temporary files at any time; None is no limit
    """

    seconds: float | None = None
    memory_bytes: int | None = None
    startup_seconds: float = 120.0
    scratch_bytes: int | None = 1_000_000_000


CALM, FINISH, NOW = 0, 1, 2
"""What an interrupted run wants: go on, finish what runs and start nothing, stop at once."""


class Executor(Protocol):
    """Where jobs run. Its factory is called with ``jobs`` (how many at once), ``limits`` and ``preload`` (modules)."""

    def __enter__(self) -> Self:
        """Get ready."""

    def __exit__(self, *failure: object) -> None:
        """Leave nothing running."""

    def run(
        self,
        jobs: Sequence[Job],
        *,
        started: Callable[[Job], None],
        ended: Callable[[Job, Ending], None],
        wish: Callable[[], int] = lambda: CALM,
    ) -> None:
        """Do these jobs in their order, each in a fresh process; every one that was started ends.

        Args:
            jobs: to do.
            started: called before each one starts.
            ended: called once for each one that started.
            wish: asked all the time: ``CALM``, ``FINISH`` or ``NOW``.
        """
