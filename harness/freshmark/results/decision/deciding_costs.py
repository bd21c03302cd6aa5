"""Which cells were measured while others ran, though their cost decides: they are worth measuring again, alone."""

from __future__ import annotations

from collections.abc import Iterable

from freshmark.results.decision.judgement import Judgement
from freshmark.results.decision.ranking import RankingRow
from freshmark.results.stored.recorded import Recorded

NEAR = 2.0
"""Times the cheapest cost up to which a row could be the cheapest: what neighbours may add to CPU seconds."""


def deciding_rows(judgement: Judgement) -> list[RankingRow]:
    """The rows that are shown to be good enough and whose cost may be the lowest; none where cost decides nothing."""
    shown = [row for row in judgement.contested if row.shown]
    if len(shown) < 2 or judgement.contest is None:  # noqa: PLR2004  (of one, its accuracy decides)
        return []
    cheapest = min(row.cost for row in shown)
    most = max(NEAR * cheapest, cheapest + judgement.contest.costs.trivial)
    near = [row for row in shown if row.cost <= most]
    return near if len(near) > 1 else []


def timed_in_company(recorded: Recorded, judgements: Iterable[Judgement]) -> list[str]:
    """The keys of the cells of those rows that were timed while others ran."""
    crowded = set(recorded.cells.loc[recorded.cells["beside"].fillna(0) > 0, "key"].astype(str))
    rows = [row for judgement in judgements for row in deciding_rows(judgement)]
    return [key for row in rows for key in recorded.keys_of(row.stream, *row.row) if key in crowded]
