"""An executor under observation: what breaks the protocol is an error that names the executor and its plugin."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, get_args

from freshmark.discovery.faults import calling
from freshmark.errors import PluginFault
from freshmark.runs.jobs import EndStatus, Executor, Job, JobResult, RunState

REMEDY = "docs/plugins.md, register_executors, has an example that works"


class CheckedExecutor:
    """Calls an executor, and checks each call that it makes back.

    Raises:
        PluginFault: the executor raised, or broke the protocol.
    """

    def __init__(self, build: Callable[[], Any], *, name: str, plugin: str) -> None:
        self._name, self._plugin = name, plugin
        with self._calling():
            self._manager = build()
        for method in ("__enter__", "__exit__", "run"):
            if not callable(getattr(self._manager, method, None)):
                raise self._fault(f"has no {method}")

    def __enter__(self) -> Self:
        with self._calling():
            self.wrapped: Executor = self._manager.__enter__()
        if not callable(getattr(self.wrapped, "run", None)):
            raise self._fault(f"gives {type(self.wrapped).__name__} instead of itself from __enter__")
        return self

    def __exit__(self, *failure: object) -> None:
        with self._calling():
            self._manager.__exit__(*failure)

    def run(
        self,
        jobs: Sequence[Job],
        *,
        started: Callable[[Job], None],
        ended: Callable[[Job, JobResult], None],
        state: Callable[[], RunState],
    ) -> None:
        """See ``Executor.run``."""
        protocol = _Protocol(jobs, started, ended, self._fault)
        try:
            with self._calling():
                self.wrapped.run(jobs, started=protocol.start, ended=protocol.end, state=state)
        finally:
            if protocol.errors:
                raise protocol.errors[0]
        if lost := protocol.lost(running=state() == RunState.RUNNING):
            raise self._fault(f"returned without ending {_named(lost[0])}")

    def _calling(self) -> Any:
        return calling(self._plugin, f"fails in executor {self._name!r}")

    def _fault(self, what: str) -> PluginFault:
        return PluginFault(f"executor {self._name!r} of plugin {self._plugin!r} {what}", remedy=REMEDY)


class _Protocol:
    """Checks the callbacks of one ``run`` and passes them on.

    errors: what the callbacks raised. The executor may swallow them, so the first one is raised again when it returns.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        started: Callable[[Job], None],
        ended: Callable[[Job, JobResult], None],
        fault: Callable[[str], PluginFault],
    ) -> None:
        self.errors: list[BaseException] = []
        self._jobs = {job.key: job for job in jobs}
        self._started, self._ended, self._fault = started, ended, fault
        self._running: set[str] = set()
        self._finished: set[str] = set()

    def start(self, reported: Job) -> None:
        """The executor reports the start of a job."""
        with self._recording_errors():
            job = self._known(reported)
            if job.key in self._running | self._finished:
                raise self._fault(f"started {_named(job)} twice")
            self._running.add(job.key)
            self._started(job)

    def end(self, reported: Job, result: JobResult) -> None:
        """The executor reports the result of a job."""
        with self._recording_errors():
            job = self._known(reported)
            if job.key not in self._running:
                when = "twice" if job.key in self._finished else "without starting it"
                raise self._fault(f"ended {_named(job)} {when}")
            self._check(job, result)
            self._running.remove(job.key)
            self._finished.add(job.key)
            self._ended(job, result)

    def lost(self, *, running: bool) -> list[Job]:
        """The jobs that should have ended: those that were started and, if the run is still running, all."""
        return [
            job for key, job in self._jobs.items() if key in self._running or (running and key not in self._finished)
        ]

    @contextmanager
    def _recording_errors(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            self.errors.append(error)
            raise

    def _known(self, job: Any) -> Job:
        """The job as it was given, whatever copy of it the executor reports."""
        if not isinstance(job, Job):
            raise self._fault(f"reports a {type(job).__name__} instead of a freshmark.Job")
        if job.key not in self._jobs:
            raise self._fault(f"reports {_named(job)}, which it was not given")
        return self._jobs[job.key]

    def _check(self, job: Job, result: Any) -> None:
        if not isinstance(result, JobResult):
            raise self._fault(f"ended {_named(job)} with a {type(result).__name__} instead of a freshmark.JobResult")
        if result.status not in get_args(EndStatus):
            raise self._fault(f"ended {_named(job)} with the status {result.status!r}")
        for field, kind in (("reason", str), ("log", str), ("result", dict), ("error", dict)):
            if not isinstance(getattr(result, field), kind):
                got = type(getattr(result, field)).__name__
                raise self._fault(f"ended {_named(job)} with a {field} of type {got}, not {kind.__name__}")
        if job.kind == "cell" and result.status == "ok":
            digests = result.result.get("digests")
            if not digests or not all((Path(job.target) / name).is_file() for name in digests):
                raise self._fault(f"ended {_named(job)} as ok, but its tables are not in {job.target}")


def _named(job: Job) -> str:
    return f"{job.kind} {job.text}".strip()
