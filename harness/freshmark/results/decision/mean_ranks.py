"""Rows over many streams, by their ranks: Friedman's test and Nemenyi's critical difference.

Friedman's test asks whether any row tends to rank differently, in the F form of Iman & Davenport 1980
(doi 10.1080/03610928008827904); Nemenyi's critical difference says how far two mean ranks must be apart (Demšar 2006,
jmlr.org/papers/v7/demsar06a.html). A stream counts once, however long it is, and by its ranks alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from freshmark.contract.arrays import FloatArray
from freshmark.results.decision.standings import Row, Standings
from freshmark.results.naming import row_label
from freshmark.results.statistics.intervals import LEVEL

FEW_STREAMS = 5
"""Streams below which ranks say nothing: Friedman's test would hardly ever find anything."""


@dataclass(frozen=True)
class CriticalDifference:
    """Rows over many streams, best mean rank first; what a critical-difference diagram draws.

    names: rows, in words
    ranks: (rows,) mean rank over streams; 1 is best
    critical: mean ranks closer than this do not differ significantly
    p_value: of Friedman's test; above 0.05 no two rows differ significantly, whatever ``critical`` says
    groups: runs of neighbours that do not differ significantly, (first, last) places, longest ones only
    streams: how many
    """

    names: tuple[str, ...]
    ranks: FloatArray
    critical: float
    p_value: float
    groups: tuple[tuple[int, int], ...]
    streams: int


def critical_difference(streams: Sequence[Standings]) -> CriticalDifference | None:
    """Of the rows that every stream has; None below five streams or two rows."""
    if len(streams) < FEW_STREAMS:
        return None
    shared: list[Row] = [row for row in streams[0].rows if all(row in one.rows for one in streams)]
    if len(shared) < 2:  # noqa: PLR2004
        return None
    values = np.array([[one.rows[row].value * (-1 if one.higher else 1) for row in shared] for one in streams])
    return of_values(values, [row_label(*row) for row in shared])


def of_values(values: FloatArray, names: list[str]) -> CriticalDifference:
    """Of (streams, rows) values of which lower is better."""
    from scipy import stats  # noqa: PLC0415  (a second that few need)

    streams, rows = values.shape
    ranks = stats.rankdata(values, axis=1).mean(axis=0)
    # Nemenyi: q of infinitely many degrees of freedom ÷ √2, times the standard error of a difference of mean ranks.
    quantile = float(stats.studentized_range.ppf(1 - LEVEL, rows, np.inf)) / np.sqrt(2)
    critical = quantile * float(np.sqrt(rows * (rows + 1) / (6 * streams)))
    order = np.argsort(ranks, kind="stable")
    p = _friedman(values, stats)
    groups = _groups(ranks[order], critical) if p <= LEVEL else ((0, rows - 1),)
    return CriticalDifference(tuple(names[one] for one in order), ranks[order], critical, p, groups, streams)


def _friedman(values: FloatArray, stats: Any) -> float:
    """The p of Friedman's statistic in the form of Iman & Davenport: F = (n−1)χ² / (n(k−1) − χ²)."""
    streams, rows = values.shape
    if rows < 3:  # noqa: PLR2004  (of two, ranks are signs)
        better = int((values[:, 0] < values[:, 1]).sum())
        decided = int((values[:, 0] != values[:, 1]).sum())
        return float(stats.binomtest(better, decided).pvalue) if decided else 1.0
    if (values == values[:, :1]).all():
        return 1.0
    statistic = float(stats.friedmanchisquare(*values.T).statistic)
    left = streams * (rows - 1) - statistic
    if left <= 1e-12 * statistic:
        return 0.0
    freedom = (rows - 1, (rows - 1) * (streams - 1))
    return float(stats.f.sf((streams - 1) * statistic / left, *freedom))


def _groups(ranks: FloatArray, critical: float) -> tuple[tuple[int, int], ...]:
    spans = [(first, int(np.flatnonzero(ranks - ranks[first] < critical)[-1])) for first in range(len(ranks))]
    return tuple(
        (first, last)
        for first, last in spans
        if last > first and not any(a <= first and last <= b and (a, b) != (first, last) for a, b in spans)
    )
