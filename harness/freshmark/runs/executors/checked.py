"""An executor under observation: what breaks the protocol is an error that names the executor and its plugin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, get_args

from freshmark.discovery.faults import calling
from freshmark.errors import PluginFault
from freshmark.runs.jobs import EndStatus, Executor, Job, JobResult, RunState

REMEDY = "docs/plugins.md, register_executors, has an example that works"


class CheckedExecutor:
    """Calls an executor, and checks each call that it makes back.

    Args:
        build: gives the executor.
        name: of the executor.
        plugin: that offers it.

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
        given = {job.key: job for job in jobs}
        running: set[str] = set()
        finished: set[str] = set()
        broken: list[BaseException] = []

        def report(check: Callable[[], None]) -> None:
            # The executor may swallow what a callback raises: the first error is raised again when it returns.
            try:
                check()
            except BaseException as error:
                broken.append(error)
                raise

        def start(reported: Job) -> None:
            job = self._known(reported, given)
            if job.key in running | finished:
                raise self._fault(f"started {_named(job)} twice")
            running.add(job.key)
            started(job)

        def end(reported: Job, result: JobResult) -> None:
            job = self._known(reported, given)
            if job.key not in running:
                raise self._fault(f"ended {_named(job)} {'twice' if job.key in finished else 'without starting it'}")
            self._check(job, result)
            running.remove(job.key)
            finished.add(job.key)
            ended(job, result)

        try:
            with self._calling():
                self.wrapped.run(
                    jobs,
                    started=lambda job: report(lambda: start(job)),
                    ended=lambda job, result: report(lambda: end(job, result)),
                    state=state,
                )
        finally:
            if broken:
                raise broken[0]
        lost = [job for job in jobs if job.key in running or (job.key not in finished and state() == RunState.RUNNING)]
        if lost:
            raise self._fault(f"returned without ending {_named(lost[0])}")

    def _known(self, job: Any, given: Mapping[str, Job]) -> Job:
        """The job as it was given, whatever copy of it the executor reports."""
        if not isinstance(job, Job):
            raise self._fault(f"reports a {type(job).__name__} instead of a freshmark.Job")
        if job.key not in given:
            raise self._fault(f"reports {_named(job)}, which it was not given")
        return given[job.key]

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

    def _calling(self) -> Any:
        return calling(self._plugin, f"fails in executor {self._name!r}")

    def _fault(self, what: str) -> PluginFault:
        return PluginFault(f"executor {self._name!r} of plugin {self._plugin!r} {what}", remedy=REMEDY)


def _named(job: Job) -> str:
    return f"{job.kind} {job.text}".strip()
