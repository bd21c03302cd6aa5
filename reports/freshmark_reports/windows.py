"""A metric by window, few enough points to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from freshmark import FloatArray, IntArray, Results
from freshmark.reporting import Measured

from freshmark_reports.choice import keys_of

MOST_POINTS = 400


@dataclass(frozen=True)
class Curve:
    """Values of stretches of windows, NaN where no event fell into one.

    begin: (points,) int64, microseconds; value: (points,) float64; together: windows a point
    """

    begin: IntArray
    value: FloatArray
    together: int


def curve_of(results: Results, row: pd.Series) -> Curve:
    """The row's metric over time, mean over its seeds."""
    stream, metric = str(row["stream"]), str(row["metric"])
    measured = [results.measured(key, [metric])[0] for key in keys_of(results, row)]
    curves = [_gathered(results, stream, one) for one in measured]
    value = np.mean([curve.value for curve in curves], axis=0)
    return Curve(curves[0].begin, value, curves[0].together)


def oracle_curve(results: Results, stream: str, metric: str) -> tuple[Curve, float] | None:
    """The same of the best achievable answers, and their whole value; None where the stream does not know them."""
    outcomes = results.recorded.oracle_outcomes(stream)
    if outcomes is None:
        return None
    one = results.recorded.measured_outcomes(stream, metric, outcomes)
    return _gathered(results, stream, one), float(one.value[0, -1])


def _gathered(results: Results, stream: str, measured: Measured) -> Curve:
    """Neighbouring windows together, weighted by their events, where there are more than can be drawn."""
    count = measured.count[0, :-1].astype(np.float64)
    windows = len(count)
    together = -(-windows // MOST_POINTS)
    starts = np.arange(0, windows, together)
    events = np.add.reduceat(count, starts)
    each = np.nan_to_num(measured.value[0, :-1])
    sums = np.add.reduceat((each * each if measured.root else each) * count, starts)
    value = np.divide(sums, events, out=np.full(len(starts), np.nan), where=events > 0)
    return Curve(results.streams[stream].edges[starts], np.sqrt(value) if measured.root else value, together)


def dates(microseconds: IntArray | Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """Stream times as matplotlib takes them."""
    return np.asarray(microseconds, np.int64).astype("datetime64[us]")


def margin_of(results: Results, row: pd.Series) -> FloatArray:
    """Half the 95 % interval of each point of ``curve_of``, from the events that fell into it: (points,) float64.

    NaN where the metric is not a mean over events, and where there are too few of them.
    """
    stream, metric = str(row["stream"]), results.metrics.named(str(row["metric"]))
    windows = results.streams[stream].windows
    together = -(-windows // MOST_POINTS)
    points = -(-windows // together)
    if metric.each is None or metric.root:
        return np.full(points, np.nan)
    each = np.mean([metric.each(results.outcomes(key)) for key in keys_of(results, row)], axis=0)
    point = results.events(stream)["window"] // together
    count = np.bincount(point, minlength=points).astype(np.float64)
    mean, square = (
        np.divide(
            np.bincount(point, weights=one, minlength=points), count, where=count > 1, out=np.full(points, np.nan)
        )
        for one in (each, each * each)
    )
    return np.asarray(1.96 * np.sqrt(np.maximum(square - mean * mean, 0) / np.maximum(count - 1, 1)))
