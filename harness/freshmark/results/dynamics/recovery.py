"""Recovery: what each declared drift costs, and how many windows until the metric has recovered.

Each window has a level: the metric as a share of the oracle's on the same events if the stream knows an oracle, so that
what became harder for everybody is not a loss; otherwise the metric itself, inverted where lower is better.

    before      mean level of the BEFORE windows before the drift, fewer after an earlier drift
    band        the loss that counts, as a share of before: BAND, or if larger twice the spread of those windows,
                estimated from successive differences (von Neumann 1941), so that a trend is not spread; from 1 on no
                loss could be distinguished from noise, and nothing is reported
    felt        the first window, from the drift's on, whose level is below before · (1 − band)
    recovered   the first window after that which starts two in a row above it

Only windows before the next drift count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from freshmark.contract.arrays import FloatArray, IntArray
from freshmark.results.metrics.per_event import PerEventMetric, ratio
from freshmark.results.stored.recorded import Recorded
from freshmark.results.stored.seed_groups import MetricGroup, metric_groups

BAND = 0.1
"""The least loss that counts, as a share of the level before."""

BEFORE = 5
"""Windows from which the level before is estimated."""

COLUMNS = ("stream", "strategy", "every", "delay", "metric", "drift", "begin", "window", "reference", "before", "band",
           "lowest", "drop", "felt", "recovered", "windows_to_recover", "seconds_to_recover")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Course:
    """The course of one row through one drift.

    before, band, lowest: levels, see above; lowest of the windows up to the next drift
    felt, recovered: windows; NaN if not felt; recovered is ∞ if not within the windows that count
    """

    before: float
    band: float
    lowest: float
    felt: float
    recovered: float


def recovery_of(recorded: Recorded, metric: str | None = None) -> pd.DataFrame:
    """One row a declared drift within the test events, for each (stream, strategy, every, delay); means over seeds.

    drift, begin, window: its kind, its time, and the window in which it begins
    reference: ``oracle`` or ``before``
    before, band, lowest, felt, recovered: see above
    drop: the largest loss, as a share of before
    windows_to_recover: from the drift's window on; 0 if not felt, ∞ if not recovered before the next drift or the end,
        NaN if windows vary too much to tell
    seconds_to_recover: the same in stream time
    """
    rows = []
    for row in metric_groups(recorded, metric):
        record = recorded.streams[row.stream]
        drifts = [drift for drift in record.drifts if record.edges[0] <= int(drift["begin"]) < record.edges[-1]]
        if not drifts:
            continue
        levels, reference = levels_of(recorded, row)
        begins = np.searchsorted(record.edges, [int(drift["begin"]) for drift in drifts], "right") - 1
        span = float(record.edges[1] - record.edges[0]) / 1e6
        for drift, course, window in zip(drifts, courses(levels, begins), begins, strict=True):
            rows.append(_columns(row, drift, course, int(window), reference, span))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def levels_of(recorded: Recorded, row: MetricGroup) -> tuple[FloatArray, str]:
    """(windows,) levels, mean over seeds, NaN for windows without events; and their reference."""
    stream, metric = row.stream, row.metric
    window, windows = recorded.events(stream)["window"], recorded.streams[stream].windows
    cells = [_by_window(metric, recorded.outcomes(key), window, windows) for key in row.keys.values()]
    value = np.mean(cells, axis=0)
    best = recorded.oracle_outcomes(stream)
    if best is None:
        return (value if metric.sign > 0 else ratio(1.0, value)), "before"
    oracle = _by_window(metric, best, window, windows)
    return (ratio(value, oracle) if metric.sign > 0 else ratio(oracle, value)), "oracle"


def courses(levels: FloatArray, begins: IntArray) -> list[Course]:
    """The course of each drift; ``begins`` are their windows, in order."""
    found = []
    for index, begin in enumerate(begins):
        first = max(int(begins[index - 1]) + 1 if index else 0, int(begin) - BEFORE)
        later = begins[index + 1 :][begins[index + 1 :] > begin]
        found.append(course(levels, int(begin), first, int(later[0]) if len(later) else len(levels)))
    return found


def course(levels: FloatArray, begin: int, first: int, end: int) -> Course:
    """The course of a drift that begins in a window, judged by the windows [first, begin) before it, up to ``end``."""
    earlier = levels[first:begin][np.isfinite(levels[first:begin])]
    if not len(earlier) or not earlier.mean() > 0:
        return Course(*[float("nan")] * 5)
    before = float(earlier.mean())
    spread = 2 * float(np.sqrt((np.diff(earlier) ** 2).mean() / 2)) / before if len(earlier) > 1 else 0.0
    band = max(BAND, spread)
    after = levels[begin:end]
    below = after < before * (1 - band)
    lowest = float(np.nanmin(after)) if np.isfinite(after).any() else float("nan")
    if band >= 1 or not below.any():
        return Course(before, band, lowest, float("nan"), float("nan"))
    felt = int(np.argmax(below))
    above = np.append(~below[felt:], True)  # the window after the last is taken to be above
    back = np.flatnonzero(above[:-1] & above[1:])
    return Course(before, band, lowest, float(begin + felt), float(begin + felt + back[0]) if len(back) else np.inf)


def _columns(row: MetricGroup, drift: Any, course: Course, window: int, reference: str, span: float) -> dict[str, Any]:
    not_felt = np.isnan(course.felt) and course.band < 1
    windows = 0.0 if not_felt else course.recovered - window
    return {
        **row.names,
        "drift": str(drift["kind"]),
        "begin": np.datetime64(int(drift["begin"]), "us"),
        "window": window,
        "reference": reference,
        "before": course.before,
        "band": course.band,
        "lowest": course.lowest,
        "drop": 1 - course.lowest / course.before,
        "felt": course.felt,
        "recovered": course.recovered,
        "windows_to_recover": windows,
        "seconds_to_recover": windows * span,
    }


def _by_window(metric: PerEventMetric, outcomes: Any, window: IntArray, windows: int) -> FloatArray:
    sums = np.bincount(window, weights=metric.each(outcomes), minlength=windows)
    return np.asarray(metric.of_mean(ratio(sums, np.bincount(window, minlength=windows))))
