"""The tidy table: one row, one number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray
from freshmark.results.metrics.measured import Measured
from freshmark.results.stored.recorded import Recorded

WHOLE = -1
"""The ``window`` of rows over all windows."""

COLUMNS = ("stream", "task", "strategy", "every", "delay", "seed", "window", "time", "segment", "metric", "value", "n")

_SUMS = frozenset({"updates"})
_MAXIMA = frozenset({"rss_bytes", "state_bytes"})
_NOT_METRICS = frozenset({"window", "begin", "end", "events"})


@dataclass(frozen=True, slots=True)
class Block:
    """Numbers of one metric of one cell: arrays of one length.

    window: (n,) int64, or WHOLE; segment: (n,) int64, index into ``segments.names``
    """

    metric: str
    window: IntArray
    segment: IntArray
    value: FloatArray
    n: IntArray


def tidy(recorded: Recorded, metrics: Sequence[str] = ()) -> pd.DataFrame:
    """The table of these metrics, or of all, of every cell that succeeded."""
    cells, blocks = [], []
    for _, cell in recorded.cells[recorded.cells["status"] == "ok"].iterrows():
        for block in _blocks(recorded, cell, metrics):
            cells.append(cell)
            blocks.append(block)
    lengths = np.array([len(block.value) for block in blocks], np.int64)
    columns: dict[str, Any] = {
        name: _repeated([str(cell[name]) for cell in cells], lengths)
        for name in ("stream", "task", "strategy", "every", "delay")
    }
    columns["seed"] = np.repeat(np.array([cell["seed"] for cell in cells], np.int32), lengths)
    columns["window"] = _joined([block.window for block in blocks], np.int32)
    columns["time"] = _times(recorded, [str(cell["stream"]) for cell in cells], blocks)
    columns["segment"] = _categories(_joined([block.segment for block in blocks], np.int16), recorded.segments.names)
    columns["metric"] = _repeated([block.metric for block in blocks], lengths)
    columns["value"] = _joined([block.value for block in blocks], np.float64)
    columns["n"] = _joined([block.n for block in blocks], np.int32)
    return pd.DataFrame(columns, columns=list(COLUMNS))


def _blocks(recorded: Recorded, cell: Any, metrics: Sequence[str]) -> Iterator[Block]:
    stream = str(cell["stream"])
    chosen = [recorded.metric_for(stream, name) for name in metrics] or list(recorded.metrics_for(stream))
    names = [name for name in chosen if name is not None]
    for name, measured in zip(names, recorded.measured(str(cell["key"]), names), strict=True):
        yield _accuracy(name, measured)
    if not metrics:
        yield from _costs(recorded.table(str(cell["key"]), "windows"))


def _accuracy(metric: str, measured: Measured) -> Block:
    segment, window = np.nonzero(measured.count)
    windows = measured.count.shape[1] - 1
    return Block(
        metric,
        np.where(window == windows, WHOLE, window),
        segment,
        measured.value[segment, window],
        measured.count[segment, window],
    )


def _costs(windows: dict[str, AnyArray]) -> Iterator[Block]:
    """Every other column of the table of windows: costs, and readings of meters."""
    events = windows["events"].astype(np.int64)
    window = np.append(windows["window"].astype(np.int64), WHOLE)
    for name, column in windows.items():
        if name in _NOT_METRICS:
            continue
        values = column.astype(np.float64)
        whole = _whole(name, values, events)
        yield Block(
            name, window, np.zeros(len(window), np.int64), np.append(values, whole), np.append(events, events.sum())
        )


def _whole(name: str, values: FloatArray, events: IntArray) -> float:
    """Over all windows: the sum of durations and counts, the highest size, otherwise the mean over events."""
    known = np.isfinite(values)
    if not known.any():
        return float("nan")
    if name in _SUMS or name.endswith("_seconds"):
        return float(values[known].sum())
    if name in _MAXIMA:
        return float(values[known].max())
    weights = events[known]
    return float(np.average(values[known], weights=weights)) if weights.any() else float("nan")


def _times(recorded: Recorded, streams: Sequence[str], blocks: Sequence[Block]) -> Any:
    """The begin of each window; for WHOLE that of the first."""
    parts = [
        recorded.streams[stream].edges[np.maximum(block.window, 0)]
        for stream, block in zip(streams, blocks, strict=True)
    ]
    return _joined(parts, np.int64).astype("datetime64[us]")


def _joined(parts: Sequence[AnyArray], dtype: Any) -> AnyArray:
    return np.concatenate(parts).astype(dtype) if parts else np.empty(0, dtype)


def _repeated(texts: Iterable[str], lengths: IntArray) -> Any:
    """Each text repeated by its length, as a categorical."""
    codes, names = pd.factorize(np.array(list(texts), object))
    return _categories(np.repeat(codes, lengths), names)


def _categories(codes: AnyArray, names: Iterable[Any]) -> Any:
    dtype = pd.CategoricalDtype([str(name) for name in names])
    return pd.Categorical.from_codes(cast("Any", codes), dtype=dtype)
