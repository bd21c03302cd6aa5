"""``freshmark.run``: everything that the command does, from Python."""

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
    settings: Settings | None = None,
    timeout: str | float | None = None,
    max_memory: str | int | None = None,
    device: str = "cpu",
    plugins: Iterable[Path | str] = (),
    jobs: int = 1,
) -> Results:
    """Measure every stream × strategy × schedule × seed, and give the results.

    >>> results = freshmark.run(streams=["drift()"], strategies=["popularity()"], every=["1d"])  # doctest: +SKIP

    Of each of the first four one may be given, or several.

    Args:
        streams: expressions, or Stream objects.
        strategies: expressions; or classes and functions that a module defines, perhaps with ``functools.partial``.
        every: schedules: ``"1d"``, ``1000``, ``"event"``, ``"never"``.
        delay: how much later an update goes live.
        seeds: how many (counted from 0), or which.
        folder: of the run, continued where it exists; ``runs/<time>`` where none is given.
        settings: how every cell is measured.
        timeout: a cell's wall-clock time, ``"10m"`` or seconds.
        max_memory: a cell's memory, ``"4GB"`` or bytes.
        device: where models live, in torch's words.
        plugins: plain files that are plugins.
        jobs: how many cells at once; timings are only comparable with one.

    Raises:
        FreshmarkError: something is wrong before the first cell; what goes wrong in a cell is in ``results.cells``.
    """
    from freshmark.results.tables import Results  # noqa: PLC0415  (pandas, which measuring does without)

    given, ways = _several(streams), _several(strategies)
    objects = {stream.name: stream for stream in given if isinstance(stream, Stream)}
    places = [place for place in map(_place, ways) if place]
    plan = Plan(
        streams=tuple(stream.name if isinstance(stream, Stream) else stream for stream in given),
        strategies=tuple(map(_expression, ways)),
        every=tuple(map(str, _several(every))),
        delay=_several(delay),
        seeds=first_seeds(seeds) if isinstance(seeds, int) else tuple(seeds),
        settings=settings or Settings(),
        timeout=None if timeout is None else seconds(timeout),
        max_memory=None if max_memory is None else byte_count(max_memory),
        device=device,
        plugins=tuple(map(Path, plugins)),
        no_plugins=names_in_environment(),
        factories=tuple(places),
    )
    registry = load(plan.plugins, factories=plan.factories, disabled=plan.no_plugins)
    with Campaign(plan, Path(folder) if folder else new_folder(), registry, jobs=jobs, streams=objects) as campaign:
        summary = campaign.measure()
    if summary.interrupted:
        raise KeyboardInterrupt(f"{summary.folder} holds what was measured; run the same again to go on")
    return Results.open(summary.folder, plugins=plan.plugins)


def new_folder(parent: Path = Path("runs")) -> Path:
    """A run folder that does not exist yet, called by the time."""
    stem = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    names = [stem, *(f"{stem}-{number}" for number in range(2, 1000))]
    return next(parent / name for name in names if not (parent / name).exists())


def _several(given: Any) -> tuple[Any, ...]:
    """One, or several; a text is one, though Python has it as a sequence of letters."""
    return (given,) if isinstance(given, str | int | Stream) or callable(given) else tuple(given)


def _expression(strategy: str | Callable[..., Any]) -> str:
    """The expression of a strategy; of a class ``Mine`` it is ``Mine()``, of a partial with its arguments."""
    if isinstance(strategy, str):
        return canonical(strategy)
    if isinstance(strategy, partial):
        return canonical(str(Expression(strategy.func.__name__, strategy.args, tuple(strategy.keywords.items()))))
    if not callable(strategy) or not hasattr(strategy, "__name__"):
        what = f"{type(strategy).__name__} is an object that was built already; every cell needs a fresh one"
        raise UsageError(what, remedy="give the class, functools.partial of it, or an expression", code="FM108")
    return f"{strategy.__name__}()"


def _place(strategy: str | Callable[..., Any]) -> str | None:
    """``"module:name"`` of what is no expression: a fresh process imports it from there."""
    if isinstance(strategy, str):
        return None
    target = strategy.func if isinstance(strategy, partial) else strategy
    module, name = getattr(target, "__module__", ""), getattr(target, "__qualname__", "")
    if module in ("", "__main__", "builtins") or "." in name or not name:
        what = f"{name or strategy!r} is defined where a fresh process cannot import it ({module or 'nowhere'})"
        remedy = "put it at the top level of a file: plugins=['mine.py'] with a hook, or a module that is imported"
        raise UsageError(what, remedy=remedy, code="FM108")
    return f"{module}:{name}"
