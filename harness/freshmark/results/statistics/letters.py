"""Letters: rows that share one do not differ significantly (compact letter display).

Piepho, *An algorithm for a letter-based representation of all-pairwise comparisons*, J. Comput. Graph. Stat. 13 (2004),
doi 10.1198/1061860043515: insert and absorb.
"""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_lowercase

from freshmark.contract.arrays import BoolArray

MOST = 26
"""Letters; with more groups than that they would explain nothing."""

HOPELESS = 400
"""Groups on the way; twenty pairs of which each differ significantly and nothing else make a million."""


def letters_of(apart: BoolArray) -> list[str]:
    """The letters of k rows, best first; empty texts where more than 26 groups would be needed.

    apart: (k, k) bool, symmetric: which rows differ significantly. Two rows share a letter if and only if they cannot.
    """
    rows = range(len(apart))
    groups: list[frozenset[int]] = [frozenset(rows)]
    for one in rows:
        for other in range(one + 1, len(apart)):
            if apart[one, other]:
                groups = _absorbed(part for group in groups for part in _split(group, one, other))
                if len(groups) > HOPELESS:
                    return [""] * len(apart)
    if len(groups) > MOST:
        return [""] * len(apart)
    groups.sort(key=sorted)
    return ["".join(ascii_lowercase[place] for place, group in enumerate(groups) if row in group) for row in rows]


def _split(group: frozenset[int], one: int, other: int) -> tuple[frozenset[int], ...]:
    return (group - {one}, group - {other}) if one in group and other in group else (group,)


def _absorbed(groups: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    """Without groups that are part of another."""
    found = sorted(set(groups), key=len, reverse=True)
    return [group for place, group in enumerate(found) if not any(group < larger for larger in found[:place])]
