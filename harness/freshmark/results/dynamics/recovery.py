"""Recovery: what each declared drift cost, and how many windows until that was made good.

By window a level is read: the metric as a share of the oracle's on the same events, where the stream knows an oracle
(what became harder for everybody is then no loss), else the metric itself; where lower is better, its inverse.

    before      the mean level of the BEFORE windows before the drift, fewer after an earlier drift
    band        a loss of so much of it counts: BAND, or twice the spread of those windows where that is more, read from
                each to the next (von Neumann 1941), so that a trend is no spread; from 1 on no loss could be told from
                what windows differ in anyway, and nothing is said
    felt        the first window, from that in which the drift begins on, whose level is below before · (1 − band)
    recovered   the first window after that from which on two in a row are back above; counted from the drift's window

Only windows before the next drift count: what comes after is its story.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from freshmark.contract.arrays import FloatArray, IntArray
from freshmark.results.metrics.per_event import PerEventMetric, mean_of, ratio
from freshmark.results.stored.recorded import Recorded
from freshmark.results.stored.seed_groups import MetricGroup, metric_groups

BAND = 0.1
"""Share of the level before that must be lost to count."""

BEFORE = 5
"""Windows that tell the level before."""

COLUMNS = ("stream", "strategy", "every", "delay", "metric", "drift", "begin", "window", "reference", "before", "band",
           "lowest", "drop", "felt", "recovered", "windows_to_recover", "seconds_to_recover")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Course:
    """What one drift did to one row.

    before, band, lowest: levels, see above; lowest of the windows up to the next drift
    felt, recovered: windows; NaN where it was not felt, recovered ∞ where it was not made good in time
    """

    before: float
    band: float
    lowest: float
    felt: float
    recovered: float


def recovery_of(recorded: Recorded, metric: str | None = None) -> pd.DataFrame:
    """One row a declared drift within the test events, for each (stream, strategy, every, delay); means over seeds.

    Columns: drift: its kind, begin: datetime, window: in which it begins, reference: ``oracle`` or ``before``, before,
    band, lowest, drop: the share of before that was lost at worst, felt, recovered: windows, windows_to_recover: from
    the drift's window on, 0 where it was not felt, ∞ where it was not made good before the next drift or the end, NaN
    where windows differ too much to tell.
    """
    rows = []
    for row in metric_groups(recorded, metric):
        record = recorded.streams[row.stream]
        drifts = [one for one in record.drifts if record.edges[0] <= int(one["begin"]) < record.edges[-1]]
        if not drifts:
            continue
        levels, reference = levels_of(recorded, row)
        begins = np.searchsorted(record.edges, [int(one["begin"]) for one in drifts], "right") - 1
        span = float(record.edges[1] - record.edges[0]) / 1e6
        for drift, course, window in zip(drifts, courses(levels, begins), begins, strict=True):
            rows.append(_told(row, drift, course, int(window), reference, span))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def levels_of(recorded: Recorded, row: MetricGroup) -> tuple[FloatArray, str]:
    """(windows,) levels, mean over seeds, and what they are relative to; NaN for windows without events."""
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
    for place, begin in enumerate(begins):
        earlier = int(begins[place - 1]) + 1 if place else 0
        later = [int(one) for one in begins[place + 1 :] if one > begin]
        found.append(course(levels, int(begin), max(earlier, int(begin) - BEFORE), later[0] if later else len(levels)))
    return found


def course(levels: FloatArray, begin: int, first: int, end: int) -> Course:
    """The course of a drift that begins in a window, judged by the windows [first, begin), up to ``end``."""
    known = levels[first:begin][np.isfinite(levels[first:begin])]
    if not len(known) or not known.mean() > 0:
        return Course(*[float("nan")] * 5)
    before = float(known.mean())
    spread = 2 * float(np.sqrt((np.diff(known) ** 2).mean() / 2)) / before if len(known) > 1 else 0.0
    band = max(BAND, spread)
    after = levels[begin:end]
    below = after < before * (1 - band)
    lowest = float(np.nanmin(after)) if np.isfinite(after).any() else float("nan")
    if band >= 1 or not below.any():
        return Course(before, band, lowest, float("nan"), float("nan"))
    felt = int(np.argmax(below))
    fine = np.append(~below[felt:], True)  # nothing is known after the last window
    back = np.flatnonzero(fine[:-1] & fine[1:])
    return Course(before, band, lowest, float(begin + felt), float(begin + felt + back[0]) if len(back) else np.inf)


def _told(row: MetricGroup, drift: Any, course: Course, window: int, reference: str, span: float) -> dict[str, Any]:
    unfelt = np.isnan(course.felt) and course.band < 1
    took = 0.0 if unfelt else course.recovered - window
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
        "windows_to_recover": took,
        "seconds_to_recover": took * span,
    }


def _by_window(metric: PerEventMetric, outcomes: Any, window: IntArray, windows: int) -> FloatArray:
    sums = np.bincount(window, weights=metric.each(outcomes), minlength=windows)
    return np.asarray(metric.of_mean(ratio(sums, np.bincount(window, minlength=windows))))


def mean_recovery(table: pd.DataFrame) -> pd.DataFrame:
    """One row a (stream, strategy, every, delay): the mean windows_to_recover over its drifts, ∞ where one was not."""
    names = ["stream", "strategy", "every", "delay"]
    rows = [
        {**dict(zip(names, key, strict=True)), "windows_to_recover": mean_of(one["windows_to_recover"])}
        for key, one in table.groupby(names, sort=False)
    ]
    return pd.DataFrame(rows, columns=[*names, "windows_to_recover"])
