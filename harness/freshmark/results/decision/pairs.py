"""Every pair of rows of a stream: how far apart, and how sure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pandas as pd

from freshmark.results.decision.standings import Standings
from freshmark.results.naming import row_label
from freshmark.results.statistics.intervals import holm

COLUMNS = ("stream", "metric", "one", "other", "difference", "margin", "distinguishable", "detectable", "p_value",
           "p_holm")  # fmt: skip


def pairs_of(standings_by_stream: Mapping[str, Standings]) -> pd.DataFrame:
    """Every pair of rows of each stream.

    difference: value of one − value of the other, on the same events
    margin: half its interval; in 95 % of runs those of all pairs hold at once
    distinguishable: whether the difference is larger than its margin
    detectable: the smallest difference that four of five such runs would tell apart
    p_value: of this pair alone; p_holm: raised by Holm's method over the pairs of the stream, whatever their dependence
    """
    rows: list[dict[str, Any]] = []
    for stream, standings in standings_by_stream.items():
        places = sorted(standings.rows, key=lambda row: -standings.rows[row].value * (1 if standings.higher else -1))
        pairs = list(combinations(places, 2))
        gaps = [standings.gap(one, other) for one, other in pairs]
        raised = holm([gap.p_value for gap in gaps])
        rows += [
            {"stream": stream, "metric": standings.metric, "one": row_label(*one), "other": row_label(*other),
             "difference": gap.difference, "margin": gap.margin, "distinguishable": gap.distinguishable,
             "detectable": gap.detectable, "p_value": gap.p_value, "p_holm": p}
            for (one, other), gap, p in zip(pairs, gaps, raised, strict=True)
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))
