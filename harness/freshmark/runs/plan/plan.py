"""Plan: what to measure. The grid of cells stream × strategy × schedule × seed, and how."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from freshmark.contract.delays import duration_label
from freshmark.errors import PlanError, UsageError
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings
from freshmark.runs.catalogue.expressions import canonical
from freshmark.runs.plan.limits import TuningBudget

MOST_CELLS = 10_000
LEAST_MEMORY = 10_000_000
USUAL_MOST_SEEDS = 10
"""Seeds that a row may get in a race, where the plan does not say."""
DEVICE = re.compile(r"cpu|(cuda|mps|xpu)(:\d+)?")


def first_seeds(count: int) -> tuple[int, ...]:
    """The seeds 0 to count − 1.

    Raises:
        PlanError: the plan would have too many cells.
    """
    if count > MOST_CELLS:
        raise PlanError(f"{count} seeds are too many", remedy=f"at most {MOST_CELLS} cells", code="FM113")
    return tuple(range(count))


def stream_name(text: str) -> str:
    """The canonical expression; the name of a stream given as an object is returned as it is."""
    try:
        return canonical(text)
    except UsageError:
        return text


@dataclass(frozen=True, slots=True)
class Cell:
    """One (stream, strategy, schedule, seed): one process, one row of the result.

    position: int, its index in the plan
    stream, strategy: canonical expressions
    every, delay: canonical texts of the schedule
    """

    position: int
    stream: str
    strategy: str
    every: str
    delay: str
    seed: int

    @property
    def name(self) -> str:
        """A readable name: ``popularity() every 1d on drift(), seed 0``."""
        late = "" if self.delay == "0s" else f" delay {duration_label(self.delay)}"
        return f"{self.strategy} every {duration_label(self.every)}{late} on {self.stream}, seed {self.seed}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure; texts are stored in canonical form, without duplicates.

    streams, strategies: expressions; a stream given as an object appears under its name
    every, delay: schedules: ``1d``, ``1000``, ``event``, ``never`` …; ``0s``, ``10m``, ``measured``
    seeds: one cell each
    settings: of the replay, for every cell
    timeout: wall-clock seconds per cell, counted after start-up; None: no limit
    max_memory: bytes of memory per cell; None: 90 % of the free memory
    device: torch device
    plugins: files that are loaded as plugins
    no_plugins: plugins that are not imported
    factories: strategies that no plugin registers, as ``"module:name"``
    tune: what tuning each row may cost, ``20`` (trials) or ``60s`` (CPU); None: options keep their defaults
    durations: folder of an earlier run; a measured delay uses its recorded durations instead of measuring
    metric: the metric that decides, e.g. ``ndcg@20``; None: the main metric of each task. Cells depend on it only
        through what tuning chooses
    price, max_p99, max_cost, tolerance, worth: the terms of the report, as written in the plan:
        ``cpu_hour=0.04``, ``20ms``, ``3/1M``, ``2%``; cells do not depend on them
    settle: whether seeds are added by racing, until the verdict is settled; ``seeds`` are those of the first look
    max_seeds: seeds that a row may get in the race; None: 10
    max_time: wall-clock seconds after which the race begins no further seeds; None: no limit

    Raises:
        PlanError: a value is missing or out of range, or there are too many cells.
        UsageError: a strategy or a schedule is not valid. Streams are checked when they are prepared.
    """

    streams: tuple[str, ...]
    strategies: tuple[str, ...]
    every: tuple[str, ...] = ("1d",)
    delay: tuple[str, ...] = ("0s",)
    seeds: tuple[int, ...] = (0,)
    settings: Settings = field(default_factory=Settings)
    timeout: float | None = None
    max_memory: int | None = None
    device: str = "cpu"
    plugins: tuple[Path, ...] = ()
    no_plugins: tuple[str, ...] = ()
    factories: tuple[str, ...] = ()
    durations: Path | None = None
    tune: str | None = None
    metric: str | None = None
    price: tuple[str, ...] = ()
    max_p99: str | None = None
    max_cost: str | None = None
    tolerance: str | None = None
    worth: str | None = None
    settle: bool = False
    max_seeds: int | None = None
    max_time: float | None = None

    def __post_init__(self) -> None:
        for name in ("streams", "strategies", "every", "delay", "seeds"):
            if not getattr(self, name):
                raise PlanError(f"no {name}", remedy=f"name at least one under {name!r}", code="FM111")
        if min(self.seeds) < 0:
            raise PlanError(f"seed {min(self.seeds)} is negative", remedy="seeds count from 0", code="FM112")
        self._set("streams", [stream_name(text) for text in self.streams])
        self._set("strategies", [canonical(text) for text in self.strategies])
        self._set("every", [Schedule.parse(every=text).every for text in self.every])
        self._set("delay", [Schedule.parse(delay=text).delay for text in self.delay])
        for every, delay in itertools.product(self.every, self.delay):
            Schedule.parse(every, delay)
        for name in ("seeds", "plugins", "no_plugins", "factories", "price"):
            self._set(name, getattr(self, name))
        self._check_race()
        if self.most > MOST_CELLS:
            remedy = f"at most {MOST_CELLS}: split the plan"
            raise PlanError(f"the plan has {self.most} cells", remedy=remedy, code="FM113")
        if self.tune is not None:
            TuningBudget.parse(self.tune)
        self._check_machine()

    def _check_race(self) -> None:
        limits = [name for name in ("max_seeds", "max_time") if getattr(self, name) is not None]
        if limits and not self.settle:
            what = f"{' and '.join(limits)} without a race"
            raise PlanError(what, remedy="add --settle, or settle = true; --seeds sets a fixed number", code="FM130")
        if self.max_seeds is not None and self.max_seeds < len(self.seeds):
            what = f"max_seeds {self.max_seeds} is below the {len(self.seeds)} seeds of the first look"
            raise PlanError(what, where="max_seeds", remedy=f"at least {len(self.seeds)}", code="FM130")
        first_seeds(self.max_seeds or 0)

    def _check_machine(self) -> None:
        if self.max_memory is not None and self.max_memory < LEAST_MEMORY:
            what = f"{self.max_memory} bytes are too few for any process"
            raise PlanError(what, where="max_memory", remedy="write it with a unit: 4GB or 512MiB", code="FM107")
        if not DEVICE.fullmatch(self.device):
            raise PlanError(f"unknown device {self.device!r}", remedy="cpu, cuda or cuda:1, mps, xpu", code="FM119")
        if self.settings.matrix and self.device != "cpu":
            what = f"a matrix forks the process, and a forked process cannot use {self.device}"
            raise PlanError(what, remedy="device cpu, or no matrix", code="FM118")

    def _set(self, name: str, values: Sequence[object]) -> None:
        object.__setattr__(self, name, tuple(dict.fromkeys(values)))

    @property
    def count(self) -> int:
        """The number of cells; in a race, those of the first look."""
        return len(self.streams) * len(self.strategies) * len(self.every) * len(self.delay) * len(self.seeds)

    @property
    def most(self) -> int:
        """The largest number of cells that may be measured."""
        return self.count // len(self.seeds) * len(self.seeds_at_most)

    @property
    def seeds_at_most(self) -> tuple[int, ...]:
        """The seeds, and in a race those that may be added: the smallest numbers that are not among them."""
        if not self.settle:
            return self.seeds
        most = max(self.max_seeds or USUAL_MOST_SEEDS, len(self.seeds))
        free = (seed for seed in itertools.count() if seed not in self.seeds)
        return (*self.seeds, *itertools.islice(free, most - len(self.seeds)))

    def cells(self) -> list[Cell]:
        """Every cell, in the order of execution; in a race, with every seed that may be added.

        Strategies vary fastest, seeds slowest: A B A B and not A A B B, so that a slowdown of the
        machine affects all of them. So the first ``count`` cells are those of the seeds of the plan.
        """
        grid = itertools.product(self.seeds_at_most, self.streams, self.every, self.delay, self.strategies)
        return [
            Cell(position, stream, strategy, every, delay, seed)
            for position, (seed, stream, every, delay, strategy) in enumerate(grid)
        ]
