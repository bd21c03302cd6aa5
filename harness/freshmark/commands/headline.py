"""The number that is shown for a cell during a run: the main metric of its task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from freshmark.contract.arrays import AnyArray


def headline_in(folder: Path) -> Callable[[Mapping[str, Any]], tuple[str, float]]:
    """A function from a successful cell of this run folder to its main metric: name and value."""
    from freshmark.contract.outcomes import decoded  # noqa: PLC0415  (numpy, which a help text does not need)
    from freshmark.results.metrics.named import Metrics, main_metric  # noqa: PLC0415
    from freshmark.results.stored.folder import RunFolder, StreamRecord, read_table  # noqa: PLC0415

    @cache
    def streams() -> Mapping[str, StreamRecord]:
        return RunFolder(folder).streams

    @cache
    def events(stream: str) -> dict[str, AnyArray]:
        return read_table(streams()[stream].events)

    def headline(cell: Mapping[str, Any]) -> tuple[str, float]:
        record = streams()[cell["stream"]]
        table = read_table(folder / "cells" / cell["key"] / "outcomes.parquet")
        metric = main_metric(record.task, record.top)
        return metric, Metrics().named(metric)(decoded(record.task, table, events(record.name)))

    return headline
