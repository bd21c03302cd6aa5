"""A campaign: a plan carried out in a run folder, or resumed in it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from freshmark.contract.delays import time_scale
from freshmark.contract.streams.stream import Stream
from freshmark.runs.catalogue.registry import Registry
from freshmark.runs.executors.checked import CheckedExecutor
from freshmark.runs.executors.interrupts import Interrupts
from freshmark.runs.executors.local import Local
from freshmark.runs.executors.preloading import modules_to_preload
from freshmark.runs.executors.preparation import prepare_streams
from freshmark.runs.jobs import Job, JobResult, Limits
from freshmark.runs.plan.compatibility import check_compatibility, compile_ahead
from freshmark.runs.plan.plan import Cell, Plan, stream_name
from freshmark.runs.race import StreamRaces
from freshmark.runs.store.keys import cell_key, code_of
from freshmark.runs.store.recorded_durations import copy_durations
from freshmark.runs.store.run_store import Planned, Store
from freshmark.runs.store.same_settings import refuse_other_settings
from freshmark.runs.summary import RunSummary
from freshmark.runs.system.machine import file_digests, provenance
from freshmark.runs.tuning.tuner import Row, Tuner

if TYPE_CHECKING:
    from freshmark.results.stored.looks import RacingLook


class Campaign:
    """A plan in a folder. Entering it prepares everything; ``measure`` runs the cells that are left.

    Args:
        plan: what to measure; names and options are checked on entering.
        folder: the run folder. Cells of the plan that it already holds are not measured again.
        registry: where names come from. More plugins may be registered with its manager, to observe.
        jobs: how many cells at once. Timings are only comparable with one.
        executor: name of the executor that runs the cells.
        streams: streams given as objects, by their name in the plan.
        startup_seconds: time limit for the imports of a cell.
        on_look: called with the looks of a race, one a stream, and the number of cells that they add.
        say: called with a line on each step before the first cell.
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
        on_look: Callable[[Sequence[RacingLook], int], None] | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.plan = plan
        self.folder = folder.absolute()
        self._registry = registry
        self._jobs = jobs
        self._executor_name = executor
        self._limits = Limits(plan.timeout, plan.max_memory, startup_seconds)
        self._objects = {stream_name(name): stream for name, stream in (streams or {}).items()}
        self._say = say
        self._stack = ExitStack()
        self._cells: list[Planned] = []
        self._waiting: list[Planned] = []
        self._races: StreamRaces | None = None
        self._on_look = on_look

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """The cells that are left to measure, as hooks receive them."""
        return [asdict(cell) for cell in self._waiting]

    @property
    def total(self) -> int:
        """How many cells there are so far, measured ones included; a race adds more."""
        return len(self._cells)

    def __enter__(self) -> Self:
        """Check the names, lock the folder, prepare the streams, check the strategies, queue the cells.

        Raises:
            UsageError: a name or an option is wrong.
            DataError: a stream cannot be read.
            PluginError: a plugin is broken.
            StoreError: the folder cannot be used.
        """
        codes = self._check_names()
        is_new = not os.path.lexists(self.folder)  # exists() raises if a parent folder may not be searched
        try:
            self._open_store()
            self._open_executor()
            self._prepare_streams()
            if self.plan.tune is not None:
                self._check_strategies(self.plan.strategies)
                tuner = self._tuner(codes)
                is_new = False  # trials stay: they need not be made again
                self._plan_cells(codes, tuner.chosen())
            else:
                self._plan_cells(codes, {})
                self._check_strategies(list(dict.fromkeys(cell.strategy for cell in self._waiting)))
            self._queue_cells()
        except BaseException:
            self._stack.close()
            if is_new:
                shutil.rmtree(self.folder, ignore_errors=True)  # nothing was measured: nothing half-made stays
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        self._stack.close()

    def measure(self) -> RunSummary:
        """Run every cell that is left; a cell that fails does not stop the others."""
        begun, clock = _now(), time.monotonic()
        with Interrupts() as interrupts:
            self._run(interrupts)
            while self._races and not interrupts.exit_code and self._add_seeds(time.monotonic() - clock):
                self._run(interrupts)
        self._record_session(begun)
        if not interrupts.exit_code:
            self._registry.notify("run_finished", folder=self.folder)
        statuses = tuple(self._store.statuses([cell.key for cell in self._cells]))
        racing = self._races is not None and self._races.goes_on
        complaints = tuple(self._registry.complaints)
        return RunSummary(self.folder, statuses, interrupts.exit_code, complaints, racing)

    def _run(self, interrupts: Interrupts) -> None:
        jobs = [self._job(cell) for cell in self._waiting]
        self._executor.run(jobs, started=self._started, ended=self._ended, state=lambda: interrupts.state)

    def _add_seeds(self, seconds: float) -> bool:
        """Look at the races after so many seconds, and queue the cells that they add; False where there are none."""
        races = cast("StreamRaces", self._races)
        expired = self.plan.max_time is not None and seconds >= self.plan.max_time
        looks = races.look(expired=expired)
        known = {cell.key for cell in self._cells}
        new = [cell for cell in self._grid if cell.row_and_seed in races.added and cell.key not in known]
        self._waiting = [] if expired else [cell for cell in new if cell.key not in self._done]
        if self._on_look and looks:
            self._on_look(looks, len(self._waiting))
        if not expired:
            self._cells += new
            self._store.queue(new, done=self._done)
        return bool(self._waiting)

    def time_alone(self, keys: Collection[str]) -> int:
        """Measure cells again, one at a time; returns how many now have the costs of this pass.

        Their accuracy stays as it is to the byte: a cell whose outcomes differ keeps its first measurement. Cells with
        a measured delay are left out, since their outcomes follow from their durations. Observers are not notified.
        """
        wanted = [cell for cell in self._cells if cell.key in keys and time_scale(cell.delay) is None]
        kept: list[str] = []

        def ended(job: Job, result: JobResult) -> None:
            again = {**result.result, "summary": {**result.result.get("summary", {}), "timing_pass": 1.0}}
            if self._store.retime(job.key, replace(result, result=again), Path(job.target)):
                kept.append(job.key)

        with Interrupts() as interrupts:
            for cell in wanted:
                job = replace(self._job(cell), target=str(self._store.cells_folder / f".tmp-alone-{cell.key}"))
                self._executor.run([job], started=lambda _: None, ended=ended, state=lambda: interrupts.state)
        before = self._store.recorded("timing_pass") or []
        self._store.record({"timing_pass": [*before, {"cells": len(wanted), "kept": len(kept)}]})
        return len(kept)

    def _check_names(self) -> dict[str, str]:
        """Strategy → digest of its code. Raises if any name is unknown, before anything is written."""
        codes = {text: code_of(self._registry, text) for text in self.plan.strategies}
        for text in self.plan.streams:
            if text not in self._objects:
                self._registry.canonical("streams", text)
        return codes

    def _open_store(self) -> None:
        self._store = self._stack.enter_context(Store(self.folder))
        refuse_other_settings(self._store, asdict(self.plan.settings))

    def _open_executor(self) -> None:
        name = self._executor_name
        factory = self._registry.factory("executors", name)
        preload = modules_to_preload(self.plan, self._registry, self._objects)
        checked = CheckedExecutor(
            lambda: factory(jobs=self._jobs, limits=self._limits, preload=preload),
            name=name,
            plugin=self._registry.plugin("executors", name),
        )
        self._executor = self._stack.enter_context(checked)

    def _prepare_streams(self) -> None:
        """On this machine, wherever the cells run: only one process may write to the cache."""
        if isinstance(self._executor.wrapped, Local):
            self._records = prepare_streams(self.plan, self._store, self._executor, self._objects)
        else:
            with Local(limits=self._limits) as local:
                self._records = prepare_streams(self.plan, self._store, local, self._objects)

    def _tuner(self, codes: Mapping[str, str]) -> Tuner:
        tuner = Tuner(
            self.plan, self._registry, self._store, self._executor, records=self._records, codes=codes, say=self._say
        )
        self._store.write_plan(self.plan)  # from now on the folder can be resumed
        return tuner

    def _plan_cells(self, codes: Mapping[str, str], chosen: Mapping[Row, str]) -> None:
        """Give each cell its key, and find those that are not measured yet; ``chosen``: see ``Tuner.chosen``."""
        self._grid = []
        for cell in self.plan.cells():
            strategy = chosen.get((cell.stream, cell.strategy, cell.every, cell.delay), cell.strategy)
            self._grid.append(self._planned(replace(cell, strategy=strategy), codes[cell.strategy]))
        cells = self._grid[: self.plan.count]
        if self.plan.settle:
            rows = {cell.row_and_seed[:-1] for cell in self._grid}
            self._races = StreamRaces(self.plan, self._store, self._registry, rows)
            cells += [cell for cell in self._grid[self.plan.count :] if cell.row_and_seed in self._races.added]
        self._cells = list({cell.key: cell for cell in cells}.values())  # two strategies may be tuned into one
        self._folders = {record["name"]: record["folder"] for record in self._records.values()}
        self._done = self._store.finished()
        self._waiting = [cell for cell in self._cells if cell.key not in self._done]

    def _check_strategies(self, strategies: Sequence[str]) -> None:
        """Refuse strategies that cannot do the task of a stream, and have the others compiled."""
        built = check_compatibility(self.plan, strategies, self._records, self._executor)
        compile_ahead(self.plan, built, self._records, self._executor)

    def _queue_cells(self) -> None:
        self._store.queue(self._cells, done=self._done)
        self._store.write_plan(self.plan)
        self._store.record(
            {
                **provenance(),
                "started": self._store.recorded("started") or _now(),
                "seeds": self.plan.seeds,
                "device": self.plan.device,
                "jobs": self._jobs,
                "executor": self._executor_name,
                "plugins": file_digests(self.plan.plugins),
                "blocked_plugins": list(self._registry.blocked),
            }
        )

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

    def _job(self, cell: Planned) -> Job:
        durations = ""
        if self.plan.durations is not None and time_scale(cell.delay) is not None:
            durations = str(copy_durations(self.plan.durations, cell, self.folder / "durations"))
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
            durations=durations,
        )

    def _started(self, job: Job) -> None:
        self._store.start(job.key)
        self._registry.notify("cell_started", cell=job.cell)

    def _ended(self, job: Job, result: JobResult) -> None:
        # Acknowledged on disk first: an observer may see only cells that a crash cannot take back.
        self._store.finish(job.key, result)
        complaints = self._registry.complaints
        complaints += [one for one in result.result.get("complaints", ()) if one not in complaints]
        self._registry.notify("cell_finished", cell=job.cell, status=result.status, reason=result.reason)

    def _record_session(self, begun: str) -> None:
        session = {"started": begun, "ended": _now(), "jobs": self._jobs}
        sessions = [*(self._store.recorded("sessions") or []), session]
        self._store.record({"ended": _now(), "sessions": sessions, "complaints": self._registry.complaints})


def _now() -> str:
    """UTC in ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
