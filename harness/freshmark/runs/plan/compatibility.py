"""Suitability: a strategy that cannot do the task of a stream is refused before any cell is measured.

Strategies are built for it in one process of its own. What breaks or hangs there does so in its cells as well, and is
told by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from freshmark.errors import UsageError, rebuilt
from freshmark.runs.jobs import Executor, Job, JobResult, RunState

if TYPE_CHECKING:
    from freshmark.runs.catalogue.registry import Registry
    from freshmark.runs.plan.plan import Plan


def refuse_unsuited(
    plan: Plan, strategies: Sequence[str], records: Mapping[str, Mapping[str, Any]], executor: Executor
) -> list[str]:
    """Build strategies once, elsewhere, hold their tasks against those of the streams, and give those that were built.

    Args:
        plan: whose strategies they are.
        strategies: those that have something left to do; of none nothing is asked.
        records: stream of the plan → what is known of it.
        executor: where the process runs.

    Raises:
        UsageError: a strategy cannot do the task of a stream, or says that its options are wrong.
    """
    if not strategies:
        return []
    job = Job(
        key="strategies",
        kind="strategies",
        text="",
        settings={},
        target="",
        device=plan.device,
        cell={"strategies": list(strategies)},
        plugins=[str(file.absolute()) for file in plan.plugins],
        disabled=plan.no_plugins,
        factories=plan.factories,
    )
    results: list[JobResult] = []
    executor.run([job], started=_ignore, ended=lambda _, result: results.append(result), state=_running)
    found = results[0].result if results[0].status == "ok" else {}
    for strategy in strategies:
        wrong = found.get("wrong", {}).get(strategy)
        if wrong:
            raise rebuilt(wrong)
        tasks = found.get("tasks", {}).get(strategy)
        needs = found.get("needs", {}).get(strategy, [])
        for stream, record in records.items():
            if tasks is not None and record["task"] not in tasks:
                raise unsuited(strategy, tasks, stream, str(record["task"]))
            if not set(needs) <= set(record.get("features", needs)):
                raise wanting(strategy, needs, stream, record["features"])
    return list(found.get("tasks", {}))


def have_compiled(
    plan: Plan, strategies: Sequence[str], records: Mapping[str, Mapping[str, Any]], executor: Executor
) -> None:
    """Try out strategies on the beginning of a stream, each in a process of its own, so that no cell pays a compiler.

    What goes wrong there goes wrong in a cell as well, and is told by it.

    Args:
        plan: whose strategies they are.
        strategies: those that have something left to do, and could be built.
        records: stream of the plan → what is known of it.
        executor: where the processes run.
    """
    stream = next(iter(records.values()))
    jobs = [
        Job(
            key=f"rehearsal {place}",
            kind="rehearsal",
            text=text,
            settings={},
            target="",
            stream=str(stream["folder"]),
            device=plan.device,
            plugins=[str(file.absolute()) for file in plan.plugins],
            disabled=plan.no_plugins,
            factories=plan.factories,
        )
        for place, text in enumerate(strategies)
    ]
    executor.run(jobs, started=_ignore, ended=_ignore, state=_running)


def _ignore(*_: object) -> None:
    pass


def _running() -> RunState:
    """Ctrl-C raises here, before the first cell: nothing has to be finished."""
    return RunState.RUNNING


def unsuited(strategy: str, tasks: list[str], stream: str, task: str) -> UsageError:
    """What is said of a strategy that cannot do the task of a stream."""
    return UsageError(
        f"{strategy} does {' and '.join(tasks)}; {stream} asks for {task}",
        where=f"-s {strategy!r}",
        remedy="leave out one of the two",
        code="FM125",
    )


def wanting(strategy: str, needs: list[str], stream: str, features: list[str]) -> UsageError:
    """What is said of a strategy that reads features that a stream does not have."""
    return UsageError(
        f"{strategy} reads {' and '.join(needs)}; {stream} has {' and '.join(features) or 'no features'}",
        where=f"-s {strategy!r}",
        remedy="leave out one of the two, or give the stream the feature: docs/models.md",
        code="FM125",
    )


def suitability(registry: Registry, strategies: list[str]) -> dict[str, Any]:
    """What is known of each strategy.

    tasks: strategy → tasks that it can do
    needs: strategy → features that it reads by name, for those that do
    wrong: strategy → the error that it met its options with
    """
    from freshmark.replay.answering.answers import tasks_of  # noqa: PLC0415  (the supervisor, who imports this module, has no use)

    tasks: dict[str, list[str]] = {}
    needs: dict[str, list[str]] = {}
    wrong: dict[str, dict[str, str]] = {}
    for text in strategies:
        try:
            built = registry.build("strategies", text)
            tasks[text] = list(tasks_of(built))
            needs |= {text: sorted(built.needs)} if getattr(built, "needs", None) else {}
        except UsageError as error:
            wrong[text] = error.fields()
        except Exception:  # noqa: BLE001, S112  (its cells meet it again and tell it, a row each)
            continue
    return {"tasks": tasks, "needs": needs, "wrong": wrong}
