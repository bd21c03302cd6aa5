"""The streams of a plan, prepared in processes of their own: built, cached, and recorded in the run folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from freshmark.contract.streams.stream import Stream
from freshmark.errors import FreshmarkError, PluginError, rebuilt
from freshmark.runs.jobs import Executor, Job, JobResult, RunState
from freshmark.runs.plan.plan import Plan
from freshmark.runs.store.prepared_streams import save
from freshmark.runs.store.run_store import Store

Record = Mapping[str, Any]
"""What the worker reports about a prepared stream, with its ``name`` in the run folder."""


def prepare_streams(
    plan: Plan, store: Store, executor: Executor, objects: Mapping[str, Stream]
) -> dict[str, dict[str, Any]]:
    """Text in the plan → record of the prepared stream; all are in the store when this returns.

    Raises:
        FreshmarkError: as building the stream raised it.
    """
    jobs = [_job(plan, text, store.folder, objects.get(text)) for text in plan.streams]
    results: dict[str, JobResult] = {}
    executor.run(
        jobs,
        started=lambda _: None,
        ended=lambda job, result: results.update({job.text: result}),
        state=lambda: RunState.RUNNING,
    )
    records = {}
    for text in plan.streams:
        result = results[text]
        if result.status != "ok":
            raise _error(text, result)
        record = dict(result.result)
        record["name"] = _name(text, record, store.streams())
        store.add_stream(record["name"], record)
        records[text] = record
    return records


def _job(plan: Plan, text: str, folder: Path, stream: Stream | None) -> Job:
    return Job(
        key=f"stream {text}",
        kind="stream",
        text=text,
        settings=asdict(plan.settings),
        target=str(folder / "streams"),
        stream=str(save(stream)) if stream is not None else "",
        plugins=[str(file.absolute()) for file in plan.plugins],
        disabled=plan.no_plugins,
    )


def _name(text: str, record: Record, known: Mapping[str, Record]) -> str:
    """The name of the stream; if another stream has it, the expression, if need be with a few digits."""
    fingerprint = str(record["fingerprint"])
    for name in (str(record["name"]), text):
        if known.get(name, record)["fingerprint"] == fingerprint:
            return name
    return f"{text} #{fingerprint[:8]}"


def _error(text: str, result: JobResult) -> FreshmarkError:
    """The error that the process raised, rebuilt here."""
    if result.error:
        return rebuilt(result.error)
    what = f"the stream {text} cannot be prepared: {result.reason}"
    return PluginError(what, remedy=f"freshmark data describe {text!r} shows more", code="FM309")
