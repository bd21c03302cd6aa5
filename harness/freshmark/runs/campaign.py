"""A campaign: a plan carried out in a run folder, or taken up where it was left."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np

from freshmark.contract.delays import time_scale
from freshmark.contract.stream import Stream
from freshmark.discovery.faults import calling
from freshmark.errors import StoreError
from freshmark.runs.catalogue.registry import Registry
from freshmark.runs.executors.interrupts import Interrupts
from freshmark.runs.executors.local import Local
from freshmark.runs.executors.preparation import prepare_streams
from freshmark.runs.jobs import Ending, Executor, Job, Limits
from freshmark.runs.plan.compatibility import have_compiled, refuse_unsuited
from freshmark.runs.plan.plan import Cell, Plan, stream_name
from freshmark.runs.store.keys import cell_key, code_of
from freshmark.runs.store.parquet import read_table
from freshmark.runs.store.run_store import Planned, Store
from freshmark.runs.summary import Tally
from freshmark.runs.system.machine import file_digests, provenance


class Campaign:
    """A plan in a folder: entered, it is ready; ``measure`` does what is left to do.

    Args:
        plan: what to measure; names and options are checked when the campaign is entered.
        folder: the run folder; where it holds cells of the plan already, these are not measured again.
        registry: where names come from. More plugins may be registered with its manager, to observe.
        jobs: how many cells at once. Timings are only comparable with one.
        executor: where cells run.
        streams: streams that are objects, by their name in the plan.
        startup_seconds: for how long a cell may import.
    """

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        registry: Registry,
        *,
        jobs: int = 1,
        executor: str = "local",
        streams: Mapping[str, Stream] | None = None,
        startup_seconds: float = 120.0,
    ) -> None:
        self.plan = plan
        self.folder = folder.absolute()
        self._registry = registry
        self._jobs = jobs
        self._executor_name = executor
        self._startup_seconds = startup_seconds
        self._objects = {stream_name(name): stream for name, stream in (streams or {}).items()}
        self._stack = ExitStack()
        self._cells: list[Planned] = []
        self._waiting: list[Planned] = []

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """The cells that are left to do, as hooks are told of them."""
        return [asdict(cell) for cell in self._waiting]

    def __enter__(self) -> Self:
        """Check the names, take the folder, prepare the streams.

        Raises:
            UsageError: a name or an option is wrong.
            DataError: a stream cannot be read.
            PluginError: a plugin is broken.
            StoreError: the folder cannot be used.
        """
        codes = {text: code_of(self._registry, text) for text in self.plan.strategies}
        for text in self.plan.streams:
            if text not in self._objects:
                self._registry.canonical("streams", text)
        fresh = not os.path.lexists(self.folder)  # exists() raises where a folder above must not be looked into
        try:
            self._open(codes)
        except BaseException:
            self._stack.close()
            if fresh:
                shutil.rmtree(self.folder, ignore_errors=True)  # nothing was measured: nothing half-made stays
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        self._stack.close()

    def measure(self) -> Tally:
        """Run every cell that is left; whatever becomes of one, the others go on."""
        begun = _now()
        with Interrupts() as interrupts:
            jobs = [self._job(cell) for cell in self._waiting]
            with self._calling_executor():
                self._executor.run(jobs, started=self._started, ended=self._ended, wish=lambda: interrupts.wish)
        statuses = tuple(self._store.statuses([cell.key for cell in self._cells]))
        sessions = [*(self._store.recorded("sessions") or []), {"started": begun, "ended": _now(), "jobs": self._jobs}]
        self._store.record({"ended": _now(), "sessions": sessions, "complaints": self._registry.complaints})
        if not interrupts.exit_code:
            self._registry.notify("run_finished", folder=self.folder)
        return Tally(self.folder, statuses, interrupts.exit_code, tuple(self._registry.complaints))

    def _open(self, codes: Mapping[str, str]) -> None:
        self._store = store = self._stack.enter_context(Store(self.folder))
        _refuse_other_settings(store, asdict(self.plan.settings))
        limits = Limits(self.plan.timeout, self.plan.max_memory, self._startup_seconds)
        make = self._registry.factory("executors", self._executor_name)
        preload = self._preload()
        with self._calling_executor():
            self._executor: Executor = self._stack.enter_context(make(jobs=self._jobs, limits=limits, preload=preload))
        self._records = self._prepared(limits)
        self._cells = [self._planned(cell, codes[cell.strategy]) for cell in self.plan.cells()]
        self._folders = {record["name"]: record["folder"] for record in self._records.values()}
        done = store.finished()
        self._waiting = [cell for cell in self._cells if cell.key not in done]
        left = {cell.strategy for cell in self._waiting}
        wanted = [text for text in self.plan.strategies if text in left]
        with self._calling_executor():
            built = refuse_unsuited(self.plan, wanted, self._records, self._executor)
            have_compiled(self.plan, built, self._records, self._executor)
        store.queue(self._cells, done=done)
        store.keep_plan(self.plan)
        store.record(self._provenance())

    def _calling_executor(self) -> AbstractContextManager[None]:
        """Within it, what the executor raises names its plugin."""
        name = self._executor_name
        return calling(self._registry.plugin("executors", name), f"fails in executor {name!r}")

    def _provenance(self) -> dict[str, Any]:
        return {
            **provenance(),
            "started": self._store.recorded("started") or _now(),
            "seeds": self.plan.seeds,
            "device": self.plan.device,
            "jobs": self._jobs,
            "executor": self._executor_name,
            "plugins": file_digests(self.plan.plugins),
            "blocked_plugins": list(self._registry.blocked),
        }

    def _planned(self, cell: Cell, code: str) -> Planned:
        record = self._records[cell.stream]
        key = cell_key(
            cell,
            fingerprint=record["fingerprint"],
            code=code,
            settings=asdict(self.plan.settings),
            device=self.plan.device,
        )
        return Planned(key, cell.position, record["name"], cell.strategy, cell.every, cell.delay, cell.seed)

    def _prepared(self, limits: Limits) -> dict[str, dict[str, Any]]:
        """Streams are prepared here, wherever cells run."""
        if isinstance(self._executor, Local):
            return prepare_streams(self.plan, self._store, self._executor, self._objects)
        with Local(limits=limits) as local:
            return prepare_streams(self.plan, self._store, local, self._objects)

    def _preload(self) -> list[str]:
        """What every cell would import anyway; never a stranger's module, which a cell must meet in its own process."""
        if self.plan.device != "cpu":
            return ["numpy"]
        parts = [
            part
            for kind, texts in (("strategies", self.plan.strategies), ("streams", self.plan.streams))
            for text in texts
            if text not in self._objects
            for part in self._registry.assembly(kind, text).parts
        ]
        ours = [part for part in parts if self._registry.plugin(*part).startswith("freshmark:")]
        offering = [module.__name__ for name, module in self._registry.plugins() if name.startswith("freshmark:")]
        modules = ["numpy", "freshmark.replay.loop", *offering, *(self._registry.module(*part) for part in ours)]
        if any(_uses_torch(self._registry.file(*part)) for part in parts):
            modules.insert(0, "torch")
        return list(dict.fromkeys(modules))

    def _job(self, cell: Planned) -> Job:
        return Job(
            key=cell.key,
            kind="cell",
            text=cell.strategy,
            settings=asdict(self.plan.settings),
            target=str(self._store.cells_folder / cell.key),
            stream=self._folders[cell.stream],
            device=self.plan.device,
            cell=asdict(cell),
            plugins=[str(file.absolute()) for file in self.plan.plugins],
            disabled=self.plan.no_plugins,
            factories=self.plan.factories,
            durations=self._durations(cell),
        )

    def _durations(self, cell: Planned) -> str:
        """Where the durations of the cell are, if they are not to be measured."""
        if self.plan.durations is None or time_scale(cell.delay) is None:
            return ""
        table = self.plan.durations / "cells" / cell.key / "durations.parquet"
        if not table.exists():
            raise StoreError(
                f"no durations of {cell.strategy} every {cell.every} there",
                where=str(self.plan.durations),
                remedy="name the folder of a run of the same cells",
                code="FM415",
            )
        # Arrow starts a thread, which the cell's process must not have: it is read here.
        copy = self.folder / "durations" / f"{cell.key}.npz"
        copy.parent.mkdir(exist_ok=True)
        durations = read_table(table)
        np.savez(copy, due=durations["due"], seconds=durations["seconds"])
        return str(copy)

    def _started(self, job: Job) -> None:
        self._store.start(job.key)
        self._registry.notify("cell_started", cell=job.cell)

    def _ended(self, job: Job, ending: Ending) -> None:
        self._store.finish(job.key, ending)
        self._registry.notify("cell_finished", cell=job.cell, status=ending.status, reason=ending.reason)


def _refuse_other_settings(store: Store, settings: Mapping[str, Any]) -> None:
    """One folder, one way to measure: numbers of two would stand side by side in its tables."""
    for record in store.streams().values():
        other = {name: value for name, value in record["settings"].items() if settings.get(name) != value}
        if other:
            told = ", ".join(f"{name}={value!r} (now {settings.get(name)!r})" for name, value in other.items())
            what = f"the folder was measured with {told}"
            raise StoreError(what, where=str(store.folder), remedy="the same settings, or another folder", code="FM413")


def _uses_torch(file: Path | None) -> bool:
    """Whether a stranger's file says so; torch itself is no stranger, and takes seconds in every cell."""
    text = file.read_text("utf-8", "replace") if file is not None and file.suffix == ".py" else ""
    return re.search(r"^\s*(import|from) torch\b", text, re.MULTILINE) is not None


def _now() -> str:
    """UTC, as ISO 8601 writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
