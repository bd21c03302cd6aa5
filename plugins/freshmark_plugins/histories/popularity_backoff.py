"""Popularity for items without a score."""

from __future__ import annotations

from freshmark import FloatArray

from freshmark_plugins.kernels.compiled import compiled


@compiled
def back_off_to_popularity(scores: FloatArray, counts: FloatArray) -> None:
    """(n, m) scores ≥ 0: each 0 becomes a number in (−1, 0) that increases with the item's count."""
    n, m = scores.shape
    most = 1.0
    for item in range(m):
        most = max(most, counts[item] + 1.0)
    for query in range(n):
        row = scores[query]
        for item in range(m):
            if row[item] == 0:
                row[item] = counts[item] / most - 1.0
