"""``freshmark.run``: the command ``freshmark run``, from Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshmark.contract.streams.stream import Stream
from freshmark.discovery.blocking import names_in_environment
from freshmark.errors import UsageError
from freshmark.replay.timeline import Settings
from freshmark.runs.campaign import Campaign
from freshmark.runs.catalogue.expressions import Expression, canonical
from freshmark.runs.catalogue.registry import load
from freshmark.runs.plan.limits import byte_count, seconds
from freshmark.runs.plan.plan import Plan, first_seeds
from freshmark.runs.plan.replacing import refuse_loss, with_terms_in

if TYPE_CHECKING:
    from freshmark.results.tables import Results


def run(
    *,
    streams: str | Stream | Iterable[str | Stream],
    strategies: str | Callable[..., Any] | Iterable[str | Callable[..., Any]],
    every: str | int | Iterable[str | int] = "1d",
    delay: str | Iterable[str] = "0s",
    seeds: int | Iterable[int] = 1,
    folder: Path | str | None = None,
    tune: int | str | None = None,
    settings: Settings | None = None,
    timeout: str | float | None = None,
    max_memory: str | int | None = None,
    device: str = "cpu",
    plugins: Iterable[Path | str] = (),
    jobs: int = 1,
    timing_pass: bool = True,
) -> Results:
    """Measure every stream × strategy × schedule × seed, and return the results.

    >>> results = freshmark.run(streams=["drift()"], strategies=["popularity()"], every=["1d"])  # doctest: +SKIP

    Each of the first four arguments may be one value or several.

    Args:
        streams: expressions, or Stream objects.
        strategies: expressions; or classes and functions defined in a module, also as ``functools.partial``.
        every: schedules: ``"1d"``, ``1000``, ``"event"``, ``"never"``.
        delay: time from an update to its deployment.
        seeds: their number (0, 1, …), or the seeds themselves.
        folder: the run folder, continued if it exists; its plan may only grow. ``runs/<time>`` if None.
        tune: what tuning each row may cost before it is measured: trials, or CPU time (``"60s"``); see docs/tuning.md.
        settings: of the replay.
        timeout: wall-clock limit of a cell, ``"10m"`` or seconds.
        max_memory: memory limit of a cell, ``"4GB"`` or bytes.
        device: torch device.
        plugins: files that are loaded as plugins.
        jobs: number of parallel cells; timings are comparable only with 1.
        timing_pass: with several jobs, whether cells whose cost decides the verdict are measured again alone.

    Raises:
        FreshmarkError: an error before the first cell; errors of cells are in ``results.cells``.
    """
    from freshmark.results.tables import Results  # noqa: PLC0415  (imports pandas, which measuring does not need)

    given, builders = _several(streams), _several(strategies)
    objects = {stream.name: stream for stream in given if isinstance(stream, Stream)}
    locations = [location for location in map(_location, builders) if location]
    plan = Plan(
        streams=tuple(stream.name if isinstance(stream, Stream) else stream for stream in given),
        strategies=tuple(map(_expression, builders)),
        every=tuple(map(str, _several(every))),
        delay=_several(delay),
        seeds=first_seeds(seeds) if isinstance(seeds, int) else tuple(seeds),
        settings=settings or Settings(),
        timeout=None if timeout is None else seconds(timeout),
        max_memory=None if max_memory is None else byte_count(max_memory),
        device=device,
        plugins=tuple(map(Path, plugins)),
        no_plugins=names_in_environment(),
        factories=tuple(locations),
        tune=None if tune is None else str(tune),
    )
    registry = load(plan.plugins, factories=plan.factories, disabled=plan.no_plugins)
    target = Path(folder) if folder else new_folder()
    plan = with_terms_in(target, plan)
    refuse_loss(plan, target)
    with Campaign(plan, target, registry, jobs=jobs, streams=objects) as campaign:
        summary = campaign.measure()
        if jobs > 1 and timing_pass and summary.ok and not summary.interrupted:
            campaign.time_alone(Results.open(summary.folder, plugins=plan.plugins).timed_in_company())
    if summary.interrupted:
        raise KeyboardInterrupt(f"{summary.folder} has the finished cells; run the same again to continue")
    return Results.open(summary.folder, plugins=plan.plugins)


def new_folder(parent: Path = Path("runs")) -> Path:
    """A run folder that does not exist yet, named after the current time."""
    stem = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    names = [stem, *(f"{stem}-{number}" for number in range(2, 1000))]
    return next(parent / name for name in names if not (parent / name).exists())


def _several(given: Any) -> tuple[Any, ...]:
    """One value or several, as a tuple; a text is one value."""
    return (given,) if isinstance(given, str | int | Stream) or callable(given) else tuple(given)


def _expression(strategy: str | Callable[..., Any]) -> str:
    """The expression of a strategy: ``Mine()`` for a class ``Mine``, with arguments for a partial."""
    if isinstance(strategy, str):
        return canonical(strategy)
    if isinstance(strategy, partial):
        return canonical(str(Expression(strategy.func.__name__, strategy.args, tuple(strategy.keywords.items()))))
    if not callable(strategy) or not hasattr(strategy, "__name__"):
        what = f"{type(strategy).__name__} is an instance; every cell needs a new one"
        raise UsageError(what, remedy="give the class, functools.partial of it, or an expression", code="FM108")
    return f"{strategy.__name__}()"


def _location(strategy: str | Callable[..., Any]) -> str | None:
    """``"module:name"``, from which a new process imports it; None for an expression."""
    if isinstance(strategy, str):
        return None
    target = strategy.func if isinstance(strategy, partial) else strategy
    module, name = getattr(target, "__module__", ""), getattr(target, "__qualname__", "")
    if module in ("", "__main__", "builtins") or "." in name or not name:
        what = f"{name or strategy!r} cannot be imported by a new process ({module or 'nowhere'})"
        remedy = "put it at the top level of a file: plugins=['mine.py'] with a hook, or in an importable module"
        raise UsageError(what, remedy=remedy, code="FM108")
    return f"{module}:{name}"
