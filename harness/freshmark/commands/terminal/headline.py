"""The number that is shown for a cell during a run: the metric that decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshmark.commands.terminal.outlet import note
from freshmark.errors import PluginFault

if TYPE_CHECKING:
    from freshmark.contract.arrays import AnyArray
    from freshmark.runs.catalogue.registry import Registry


def headline_in(
    folder: Path, registry: Registry, metric: str | None = None
) -> Callable[[Mapping[str, Any]], tuple[str, float]]:
    """A function from a successful cell of this run folder to the name and value of the metric that decides.

    It is the task's main metric where the task lacks the chosen one, or where that fails.
    """
    from freshmark.contract.outcomes import decoded  # noqa: PLC0415  (numpy, which a help text does not need)
    from freshmark.results.metrics.named import Metrics, main_metric  # noqa: PLC0415
    from freshmark.results.stored.folder import RunFolder, StreamRecord, read_table  # noqa: PLC0415

    metrics = Metrics(registry.offers("metrics"))

    @cache
    def warn(what: str) -> None:  # once, and not for every cell
        note(f"warning: {what}")

    @cache
    def streams() -> Mapping[str, StreamRecord]:
        return RunFolder(folder).streams

    @cache
    def events(stream: str) -> dict[str, AnyArray]:
        return read_table(streams()[stream].events)

    def headline(cell: Mapping[str, Any]) -> tuple[str, float]:
        record = streams()[cell["stream"]]
        table = read_table(folder / "cells" / cell["key"] / "outcomes.parquet")
        # Ranks need no more; the test events of a large stream would weigh on this process while cells are measured.
        known = {} if record.task == "rank" and metric is None else events(record.name)
        outcomes, main = decoded(record.task, table, known), main_metric(record.task, record.top)
        if metric is not None and record.task in metrics.named(metric).tasks:
            try:
                return metric, metrics.named(metric)(outcomes)
            except PluginFault as fault:
                warn(str(fault))
        return main, metrics.named(main)(outcomes)

    return headline
