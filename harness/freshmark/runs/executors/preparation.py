"""The streams of a plan, made ready in processes of their own: built, kept, and entered in the run folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from freshmark.contract.stream import Stream
from freshmark.errors import FreshmarkError, PluginError, rebuilt
from freshmark.runs.jobs import Ending, Executor, Job
from freshmark.runs.plan.plan import Plan
from freshmark.runs.store.prepared_streams import keep
from freshmark.runs.store.run_store import Store

Record = Mapping[str, Any]
"""What the worker tells of a prepared stream, with the ``name`` that the run folder knows it by."""


def prepare_streams(
    plan: Plan, store: Store, executor: Executor, objects: Mapping[str, Stream]
) -> dict[str, dict[str, Any]]:
    """Text in the plan → record of the prepared stream; all are in the store when this returns.

    Raises:
        FreshmarkError: as building the stream raised it.
    """
    jobs = [_job(plan, text, store.folder, objects.get(text)) for text in plan.streams]
    endings: dict[str, Ending] = {}
    executor.run(jobs, started=lambda _: None, ended=lambda job, ending: endings.update({job.text: ending}))
    records = {}
    for text in plan.streams:
        ending = endings[text]
        if ending.status != "ok":
            raise _error(text, ending)
        record = dict(ending.result)
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
        stream=str(keep(stream)) if stream is not None else "",
        plugins=[str(file.absolute()) for file in plan.plugins],
        disabled=plan.no_plugins,
    )


def _name(text: str, record: Record, known: Mapping[str, Record]) -> str:
    """What the stream calls itself; its expression, or that with a few digits, where the name means another stream."""
    fingerprint = str(record["fingerprint"])
    for name in (str(record["name"]), text):
        if known.get(name, record)["fingerprint"] == fingerprint:
            return name
    return f"{text} #{fingerprint[:8]}"


def _error(text: str, ending: Ending) -> FreshmarkError:
    """The error that the process raised, made again here."""
    if ending.error:
        return rebuilt(ending.error)
    what = f"the stream {text} cannot be prepared: {ending.reason}"
    return PluginError(what, remedy=f"freshmark data describe {text!r} shows more", code="FM309")
