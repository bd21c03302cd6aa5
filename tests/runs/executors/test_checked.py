"""An executor that breaks the protocol is named, with its plugin and what it did."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from freshmark.errors import PluginFault
from freshmark.runs.executors.checked import CheckedExecutor
from freshmark.runs.jobs import Job, JobResult, RunState

JOBS = [Job(key=key, kind="rehearsal", text=key, settings={}, target="") for key in ("a", "b", "c")]
OTHER = JOBS.pop()
OK: Any = JobResult(status="ok")


class Executor:
    """Does with its calls what a test wants."""

    def __init__(self, do=None):
        self.do = do

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        pass

    def run(self, jobs, **calls):
        self.do(jobs, **calls)


class Unfinished:
    __enter__ = __exit__ = Executor.__exit__


class Forgetful(Executor):
    def __enter__(self):
        pass


def swallows(jobs, *, started, ended, state):
    del state
    for job in jobs:
        started(job)
        ended(job, OK)
        with contextlib.suppress(PluginFault):
            ended(job, OK)


def every(result):
    """Ends every job with this."""

    def do(jobs, *, started, ended, state):
        del state
        for job in jobs:
            started(job)
            ended(job, result)

    return do


def run(do, state=RunState.RUNNING):
    """What the campaign hears of an executor."""
    heard = []
    with CheckedExecutor(lambda: Executor(do), name="odd", plugin="mine.py") as checked:
        checked.run(
            JOBS,
            started=lambda job: heard.append(job.key),
            ended=lambda job, result: heard.append(result.status),
            state=lambda: state,
        )
    return heard


def test_calls_of_a_correct_executor_pass():
    assert run(every(OK)) == ["a", "ok", "b", "ok"]


def test_an_interrupted_run_may_leave_jobs_that_were_not_started():
    assert run(lambda jobs, **_: None, RunState.ABORT) == []


@pytest.mark.parametrize(
    ("do", "says"),
    [
        (lambda jobs, **_: 1 / 0, "ZeroDivisionError"),
        (lambda jobs, **_: None, "returned without ending rehearsal a"),
        (lambda jobs, started, **_: started(jobs[0]), "returned without ending rehearsal a"),
        (lambda jobs, started, **_: [started(jobs[0]), started(jobs[0])], "started rehearsal a twice"),
        (lambda jobs, started, **_: started("a"), "a str instead of a freshmark.Job"),
        (lambda jobs, ended, **_: ended(jobs[0], OK), "without starting it"),
        (lambda jobs, started, **_: started(OTHER), "not given"),
        (swallows, "ended rehearsal a twice"),
        (every(None), "with a NoneType instead of a freshmark.JobResult"),
        (every(JobResult(status="done")), "with the status 'done'"),  # type: ignore[arg-type]
        (every(JobResult(status="failed", log=b"x")), "with a log of type bytes, not str"),  # type: ignore[arg-type]
    ],
)
def test_what_breaks_the_protocol_names_executor_and_plugin(do, says):
    with pytest.raises(PluginFault, match=says) as caught:
        run(do)
    assert (caught.value.code, caught.value.exit_code) == ("FM302", 1)
    assert "mine.py" in caught.value.what
    assert "odd" in caught.value.what


def test_a_cell_that_is_ok_has_its_tables(tmp_path):
    job = Job(key="a", kind="cell", text="a()", settings={}, target=str(tmp_path))
    checked = CheckedExecutor(lambda: Executor(every(OK)), name="odd", plugin="mine.py")
    with pytest.raises(PluginFault, match="its tables are not in"), checked:
        checked.run([job], started=print, ended=print, state=lambda: RunState.RUNNING)


@pytest.mark.parametrize("build", [Unfinished, Forgetful, lambda: None, lambda: 1 / 0])
def test_what_is_not_an_executor_is_refused(build):
    with pytest.raises(PluginFault, match=r"mine\.py"), CheckedExecutor(build, name="odd", plugin="mine.py"):
        pass
