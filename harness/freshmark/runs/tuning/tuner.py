"""The tuner: trials of every row, round by round, and the strategy that each row is given."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from math import isfinite
from typing import Any, TypeAlias

from freshmark.contract.delays import time_scale
from freshmark.replay.validation import TAIL
from freshmark.results.metrics.named import Metrics, main_metric
from freshmark.runs.catalogue.registry import Registry
from freshmark.runs.catalogue.search_spaces import Tunable, search_space, with_values
from freshmark.runs.executors.interrupts import Interrupts
from freshmark.runs.jobs import Executor, Job, JobResult
from freshmark.runs.plan.limits import TuningBudget
from freshmark.runs.plan.plan import Plan
from freshmark.runs.store.run_store import Store
from freshmark.runs.store.tunings import Trial, TunedRow, Tuning
from freshmark.runs.tuning.suggestions import limits_of, optuna, seed_of, suggested

Say = Callable[[str], None]
Row: TypeAlias = tuple[str, str, str, str]
"""Stream, strategy, every and delay, as in the plan."""


@dataclass(slots=True)
class _Row:
    """One row of the plan while it is tuned.

    text: the stream as in the plan
    folder: of the prepared stream
    key: identifies everything that its trials depend on
    better: ``higher`` or ``lower``
    """

    text: str
    folder: str
    row: TunedRow
    key: str
    metric: str
    higher: bool
    space: Mapping[str, Tunable]
    trials: list[Trial] = field(default_factory=list)
    done: bool = False

    @property
    def best(self) -> Trial:
        """The best trial that was not pruned, the earliest of equals; the defaults if none succeeded."""
        sign = 1 if self.higher else -1
        whole = [one for one in self.trials if one.state == "ok"]
        return max(whole, key=lambda one: (sign * one.value, -one.number), default=self.trials[0])

    @property
    def cost(self) -> float:
        """CPU seconds so far; of a failed trial the seconds of its process."""
        return sum(one.cpu_seconds if isfinite(one.cpu_seconds) else one.seconds for one in self.trials)


class Tuner:
    """Chooses the options of every (stream, strategy, schedule) of a plan; all seeds of it share them.

    Args:
        plan: with the budget.
        registry: where names come from.
        store: where trials are kept; those that it has are not made again.
        executor: runs the trials.
        records: stream of the plan → its record.
        codes: strategy → digest of its code.
        say: called with a line on each row that is tuned.

    Raises:
        UsageError: Optuna is not installed.
    """

    def __init__(
        self,
        plan: Plan,
        registry: Registry,
        store: Store,
        executor: Executor,
        *,
        records: Mapping[str, Mapping[str, Any]],
        codes: Mapping[str, str],
        say: Say,
    ) -> None:
        optuna()
        self._plan, self._registry, self._store, self._executor, self._say = plan, registry, store, executor, say
        self._budget = TuningBudget.parse(plan.tune or "")
        self._metrics = Metrics(registry.offers("metrics"))
        grid = dict.fromkeys((cell.stream, cell.strategy, cell.every, cell.delay) for cell in plan.cells())
        self._rows = [self._row(*names, records[names[0]], codes[names[1]]) for names in grid]

    def chosen(self) -> dict[Row, str]:
        """Row of the plan → the strategy to measure.

        Raises:
            KeyboardInterrupt: the user stops; trials that ended are kept.
        """
        for row in self._rows:
            row.done = not row.space
            for trial in self._store.tunings.trials(row.key):
                if not self._enough(row):
                    row.trials.append(trial)
        with Interrupts() as interrupts:
            by_key = {row.key: row for row in self._rows}
            while jobs := [job for row in self._rows if not row.done for job in self._next(row)]:
                self._executor.run(
                    jobs,
                    started=lambda _: None,
                    ended=lambda job, result: self._ended(by_key[job.cell["tuning"]], job, result),
                    state=lambda: interrupts.state,
                )
                if interrupts.exit_code:
                    raise KeyboardInterrupt
        return {
            (row.text, row.row.strategy, row.row.every, row.row.delay): row.best.expression
            if row.trials
            else row.row.strategy
            for row in self._rows
        }

    def _row(self, text: str, strategy: str, every: str, delay: str, record: Mapping[str, Any], code: str) -> _Row:
        task, settings = record["task"], asdict(self._plan.settings)
        metric = main_metric(task, self._plan.settings.top)
        if self._plan.metric is not None and task in self._metrics.named(self._plan.metric).tasks:
            metric = self._plan.metric
        space = search_space(self._registry, self._registry.assembly("strategies", strategy))
        spaces = {name: str(one.search) for name, one in space.items()}
        parts = [record["fingerprint"], strategy, code, every, delay, settings, self._plan.device, metric, spaces, TAIL]
        key = sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:40]
        row = TunedRow(record["name"], strategy, every, delay)
        return _Row(text, record["folder"], row, key, metric, self._metrics.named(metric).sign > 0, space)

    def _enough(self, row: _Row) -> bool:
        return len(row.trials) >= self._budget.trials or row.cost >= self._budget.cpu_seconds

    def _next(self, row: _Row) -> Sequence[Job]:
        """The next trial of the row; none, and the row is concluded, if the budget is spent."""
        # The seed is that of the row, whatever the stream: what a test event holds cannot change a trial.
        seed = seed_of(row.row.strategy, row.row.every, row.row.delay)
        values = None if self._enough(row) else suggested(row.space, row.trials, higher=row.higher, seed=seed)
        if values is None:
            self._conclude(row)
            return []
        plan, every, delay = self._plan, row.row.every, row.row.delay
        key = f"{row.key}-{len(row.trials)}"
        expression = with_values(self._registry.assembly("strategies", row.row.strategy).expression, row.space, values)
        return [
            Job(
                key=key,
                kind="trial",
                text=str(expression),
                settings=asdict(plan.settings),
                target=str(self._store.cells_folder / key),
                stream=row.folder,
                device=plan.device,
                cell={
                    "every": every,
                    # As long as an update takes on this machine must not decide what is chosen.
                    "delay": delay if time_scale(delay) is None else "0s",
                    "seed": seed,
                    "metric": row.metric,
                    "limits": limits_of(row.trials, higher=row.higher),
                    "values": values,
                    "tuning": row.key,
                },
                plugins=[str(file.absolute()) for file in plan.plugins],
                disabled=plan.no_plugins,
                factories=plan.factories,
            )
        ]

    def _ended(self, row: _Row, job: Job, result: JobResult) -> None:
        if result.status == "interrupted":
            return
        found: dict[str, Any] = (
            dict(result.result) if result.status == "ok" else {"state": result.status, "reason": result.reason}
        )
        if found["state"] == "ok" and not isfinite(found["value"]):
            found |= {"state": "failed", "reason": f"{row.metric} is not defined on the tail"}
        trial = Trial(
            number=len(row.trials),
            expression=job.text,
            values=job.cell["values"],
            metric=row.metric,
            seconds=result.seconds,
            **{**found, "windows": tuple(found.get("windows", ()))},
        )
        self._store.tunings.add(row.key, row.row, trial)
        row.trials.append(trial)

    def _conclude(self, row: _Row) -> None:
        row.done = True
        best, first = row.best, row.trials[0]
        states = [one.state for one in row.trials]
        tuning = Tuning(
            key=row.key,
            row=row.row,
            chosen=best.expression,
            metric=row.metric,
            trials=len(states),
            pruned=states.count("pruned"),
            failed=len(states) - states.count("pruned") - states.count("ok"),
            cpu_seconds=sum(one.cpu_seconds for one in row.trials if isfinite(one.cpu_seconds)),
            default_value=first.value,
            value=best.value,
            updates=best.updates,
            begin=best.begin,
        )
        for strategy in self._store.tunings.conclude(tuning):
            self._store.drop(row.row.stream, strategy, row.row.every, row.row.delay)
        late = row.row.every != "never" and not best.updates and best.state == "ok"
        note = "; no update falls into the tail of the warm-up, so the first fit alone decides" if late else ""
        self._say(
            f"tuned {row.row.strategy} every {row.row.every}: {tuning.trials} trials, "
            f"{tuning.cpu_seconds:.3g} CPU s, {best.expression}{note}"
        )
