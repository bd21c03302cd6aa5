"""The verdict: a headline that never calls noise a winner, and the sentences that go with it. The rule: ``regret``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from freshmark.results.decision import sentences
from freshmark.results.decision.curves import CurvePoint
from freshmark.results.decision.judgement import Judgement
from freshmark.results.decision.ranking import RankingRow

ALMOST = 0.05
"""Expected relative regret up to which a much cheaper row is worth a sentence."""

CHEAPER = 2.0
"""How many times less it must cost."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do on one stream.

    sentence: the answer, in at most twelve words
    more: sentences that go with it: what it may lose, what it gains, what it costs, what the next schedules change
    chosen: (strategy, every, delay), or None where nothing can be recommended
    settled: whether the choice is shown to be within the tolerance; None where nothing was to be decided
    p_best: the probability that the choice is the best
    worst_loss: 95 % bound of what it may lose, in the units of the tolerance
    gain, gain_low, gain_high: over the model never updated, as a share, estimated where it did not choose
    """

    stream: str
    sentence: str
    more: tuple[str, ...] = ()
    chosen: tuple[str, str, str] | None = None
    settled: bool | None = None
    p_best: float = nan
    worst_loss: float = nan
    gain: float = nan
    gain_low: float = nan
    gain_high: float = nan


def verdict_on(
    stream: str, judgement: Judgement, curves: Sequence[CurvePoint] = (), span_seconds: float = nan
) -> Verdict:
    """The verdict on a stream from its judgement and its curves."""
    rows, chosen = judgement.rows, judgement.chosen
    undue = sentences.no_update_due(rows, span_seconds)
    if undue and all(row.never for row in judgement.contested):
        return Verdict(stream, "No verdict: no update was due.", (*undue, *sentences.left_out(rows)), settled=False)
    if not judgement.contested:
        sentence, reason = sentences.nothing(rows)
        return Verdict(stream, sentence, _said(reason, *sentences.left_out(rows)), settled=False)
    if chosen is None:
        best = judgement.contested[0]
        reason = (
            f"They do not say how much they vary. {best.label} is best, {sentences.score(best)}; a shorter --window or "
            "a longer stream would tell."
        )
        return Verdict(stream, "No verdict: too few windows.", _said(reason, *sentences.left_out(rows)), settled=False)
    if len(judgement.contested) == 1:
        sentence, reason = sentences.alone(chosen)
        more = _said(reason, sentences.price(chosen), *undue, *sentences.left_out(rows))
        return Verdict(stream, sentence, more, chosen.row)
    why = sentences.settled if judgement.settled else sentences.unsettled
    more = _said(
        *why(chosen, judgement),
        *sentences.gained(chosen, judgement),
        *sentences.worth(chosen, judgement),
        sentences.price(chosen),
        *sentences.steps(chosen, curves, judgement),
        *sentences.knees(curves, judgement),
        *sentences.almost(chosen, _almost(chosen, judgement), judgement),
        *undue,
        *sentences.left_out(rows),
    )
    gain = judgement.gain
    return Verdict(
        stream,
        sentences.headline(chosen, judgement),
        more,
        chosen.row,
        judgement.settled,
        chosen.p_best,
        chosen.regret_bound,
        gain.value if gain else nan,
        gain.low if gain else nan,
        gain.high if gain else nan,
    )


def _said(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _almost(choice: RankingRow, judgement: Judgement) -> RankingRow | None:
    """The cheapest row that loses little, where that saves much."""
    if not judgement.terms.tolerance.relative or not np.isfinite(choice.cost) or judgement.contest is None:
        return None
    trivial = judgement.contest.costs.trivial
    near = [
        row
        for row in judgement.contested
        if row.regret <= ALMOST and row.cost * CHEAPER <= choice.cost and choice.cost - row.cost > trivial
    ]
    return min(near, key=lambda row: row.cost) if near else None
