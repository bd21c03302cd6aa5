"""Compatibility: a strategy that cannot do the task of a stream is rejected before any cell is measured.

Strategies are built for this check in one separate process. A strategy that crashes or hangs there does so in its cells
as well, and is reported by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from freshmark.errors import UsageError, rebuilt
from freshmark.runs.jobs import Executor, Job, JobResult, RunState

if TYPE_CHECKING:
    from freshmark.runs.catalogue.registry import Registry
    from freshmark.runs.plan.plan import Plan


def check_compatibility(
    plan: Plan, strategies: Sequence[str], records: Mapping[str, Mapping[str, Any]], executor: Executor
) -> list[str]:
    """Build the strategies in another process, compare them with the streams, and return those that could be built.

    Raises:
        UsageError: a strategy does not match a stream, or rejects its options.
    """
    if not strategies:
        return []
    job = _job(plan, "strategies", "strategies", cell={"strategies": list(strategies)})
    results: list[JobResult] = []
    executor.run([job], started=_ignore, ended=lambda _, result: results.append(result), state=_running)
    claims = results[0].result if results[0].status == "ok" else {}
    for strategy in strategies:
        if error := claims.get("errors", {}).get(strategy):
            raise rebuilt(error)
        tasks = claims.get("tasks", {}).get(strategy)
        needs = claims.get("needs", {}).get(strategy, [])
        for stream, record in records.items():
            _compare(strategy, tasks, needs, stream, record)
    return list(claims.get("tasks", {}))


def compile_ahead(
    plan: Plan, strategies: Sequence[str], records: Mapping[str, Mapping[str, Any]], executor: Executor
) -> None:
    """Run each strategy on the beginning of a stream, in its own process, so that no cell pays for compilation.

    A failure is ignored here: it happens again in a cell, which reports it.
    """
    stream = str(next(iter(records.values()))["folder"])
    jobs = [
        _job(plan, f"rehearsal {number}", "rehearsal", text=text, stream=stream)
        for number, text in enumerate(strategies)
    ]
    executor.run(jobs, started=_ignore, ended=_ignore, state=_running)


def _job(
    plan: Plan,
    key: str,
    kind: Literal["strategies", "rehearsal"],
    *,
    text: str = "",
    stream: str = "",
    cell: Mapping[str, Any] = MappingProxyType({}),
) -> Job:
    return Job(
        key=key,
        kind=kind,
        text=text,
        settings={},
        target="",
        stream=stream,
        cell=dict(cell),
        device=plan.device,
        plugins=[str(file.absolute()) for file in plan.plugins],
        disabled=plan.no_plugins,
        factories=plan.factories,
    )


def _ignore(*_: object) -> None:
    pass


def _running() -> RunState:
    """Ctrl-C raises here, before the first cell: nothing has to be finished."""
    return RunState.RUNNING


def _compare(strategy: str, tasks: list[str] | None, needs: list[str], stream: str, record: Mapping[str, Any]) -> None:
    """Compare what a strategy supports and reads with the record of a stream; tasks are None if it was not built."""
    where = f"-s {strategy!r}"
    if tasks is not None and record["task"] not in tasks:
        what = f"{strategy} supports {' and '.join(tasks)}; the task of {stream} is {record['task']}"
        raise UsageError(what, where=where, remedy="leave out one of the two", code="FM125")
    features = record.get("features", needs)
    if not set(needs) <= set(features):
        raise UsageError(
            f"{strategy} reads {' and '.join(needs)}; {stream} has {' and '.join(features) or 'no features'}",
            where=where,
            remedy="leave out one of the two, or give the stream the feature: docs/models.md",
            code="FM125",
        )


def suitability(registry: Registry, strategies: list[str]) -> dict[str, Any]:
    """What each strategy supports.

    tasks: strategy → the tasks that it supports
    needs: strategy → the features that it reads by name, if any
    errors: strategy → the error with which it rejected its options
    """
    from freshmark.replay.answering.answers import tasks_of  # noqa: PLC0415  (the supervisor imports this module, and does not need it)

    tasks: dict[str, list[str]] = {}
    needs: dict[str, list[str]] = {}
    errors: dict[str, dict[str, str]] = {}
    for text in strategies:
        try:
            built = registry.build("strategies", text)
            tasks[text] = list(tasks_of(built))
            needs |= {text: sorted(built.needs)} if getattr(built, "needs", None) else {}
        except UsageError as error:
            errors[text] = error.fields()
        except Exception:  # noqa: BLE001, S112  (its cells fail with it again, and each reports it)
            continue
    return {"tasks": tasks, "needs": needs, "errors": errors}
