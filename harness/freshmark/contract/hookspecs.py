"""The hooks of a plugin, one paragraph and one example each.

A plugin is a module whose functions carry ``@hookimpl``. It is found through the entry-point group ``freshmark``, or
loaded from a file with ``--plugin mine.py``. ``register_…`` hooks return a mapping name → factory; a factory may be
given as the text ``"package.module:name"``, which is imported on first use, so that ``freshmark list`` stays fast. A
name offered twice is an error that names both plugins. A module that needs a certain version of this contract says
so: ``freshmark_contract = 1``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import pluggy

if TYPE_CHECKING:
    import typer

    from freshmark.contract.metric import Metric, MetricFamily  # (numpy, which no list of plugins needs)
    from freshmark.contract.segment import Segment

PROJECT = "freshmark"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Factory: TypeAlias = Callable[..., Any] | str
"""A class or function that builds the thing, or where it is defined: ``"package.module:name"``."""


class Meter(Protocol):
    """Numbers about the process of a cell, read between timed calls, never inside one."""

    def begin(self) -> None:
        """Just before the warm-up."""

    def window(self) -> Mapping[str, float]:
        """At the end of every window: name, which ends in its unit, → number; each becomes a metric."""


@hookspec
def register_strategies() -> Mapping[str, Factory]:  # type: ignore[empty-body]
    """Update strategies: name → class or function that builds a Strategy.

    Keyword arguments of the factory are the strategy's options: ``return {"last-seen": LastSeen}`` makes
    ``last-seen(memory=50)`` an expression of plans, the command line and tables.
    """


@hookspec
def register_models() -> Mapping[str, Factory]:  # type: ignore[empty-body]
    """Models that strategies keep up to date: name → class or function that builds a Model.

    Example: ``return {"mf": "mine.mf:MF"}`` makes ``retrain(mf(dim=64))`` an expression.
    """


@hookspec
def register_datasets() -> Mapping[str, Factory]:  # type: ignore[empty-body]
    """Streams: name → function that returns a Stream, or a Source that is built once and cached on disk.

    Example: ``return {"mine": lambda path="log.csv": stream_of(name="mine", task="rank", …)}``.
    """


@hookspec
def register_metrics() -> Mapping[str, Metric | MetricFamily | str]:  # type: ignore[empty-body]
    """Functions of outcomes: name → Metric, or MetricFamily for a name that ends in ``@K``; the name it was built with.

    They are computed after a run, for every run that exists.
    Example: ``return {"top": Metric("top", frozenset({"rank"}), "higher", each=lambda o: (o.rank == 1) * 1.0)}``.
    """


@hookspec
def register_segments() -> Mapping[str, Segment | str]:  # type: ignore[empty-body]
    """Groups of test events: name → Segment. Every metric is computed in each group, for every run that exists.

    Example: ``return {"half": Segment("half", ("even users", "odd users"), of=lambda events: events.user % 2)}``.
    """


@hookspec
def register_meters() -> Mapping[str, Factory]:  # type: ignore[empty-body]
    """Numbers about the process: name → class that builds a Meter, read at the end of every window.

    A number whose name ends in ``_seconds`` adds up over windows; any other is averaged, weighted by events.

    Example: ``return {"open-files": OpenFiles}`` where ``OpenFiles().window()`` gives ``{"open_files": 12.0}``.
    """


@hookspec
def register_sections() -> Mapping[str, Factory]:  # type: ignore[empty-body]
    """Parts of the report: name → function of the Results.

    It gives a ``freshmark.Section``, whose ``order`` says where it stands, or a list of them, one per stream. A section
    is data (prose, tables, charts drawn with matplotlib or seaborn), so every format of report shows it.
    Example: ``return {"fairness": "mine.report:fairness"}``.
    """


@hookspec
def register_reports() -> Mapping[str, Factory]:  # type: ignore[empty-body]
    """Formats of the report: name → function ``(results, path, sections) -> None`` that writes one.

    ``sections`` maps the name of each section to its function.
    Built in: ``html``, ``markdown``, ``csv``. Example: ``return {"slides": "mine.slides:write"}``.
    """


@hookspec
def register_executors() -> Mapping[str, Factory]:  # type: ignore[empty-body]
    """Executors, which run cells: name → class of a ``freshmark.Executor``. Built in: ``local``, one process per cell.

    Example: ``return {"slurm": "mine.slurm:Slurm"}``.
    """


@hookspec
def register_commands(app: typer.Typer) -> None:
    """Commands to add to the command line's ``app``.

    Example: ``app.command("upload")(upload)``.
    """


@hookspec
def cell_started(cell: Mapping[str, Any]) -> None:
    """A cell (stream, strategy, every, delay, seed, key) starts; called in the supervising process.

    Example: write a line to a log.
    """


@hookspec
def window_done(cell: Mapping[str, Any], window: Mapping[str, float]) -> None:
    """A window of a cell ended; called in the cell's process, outside every timed region.

    Example: send the numbers of the window to a dashboard.
    """


@hookspec
def cell_finished(cell: Mapping[str, Any], status: str, reason: str) -> None:
    """A cell ended: ``ok``, ``failed``, ``timeout``, ``oom`` …; called in the supervising process.

    Example: send an alert for every status except ``ok``.
    """


@hookspec
def run_finished(folder: Path) -> None:
    """All cells of a run have ended; its folder can be read.

    Example: copy the folder to a shared place.
    """
