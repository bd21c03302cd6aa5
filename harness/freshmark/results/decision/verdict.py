"""The verdict: one sentence from the ranking, that never calls noise a winner.

Of the rows within the budget:

1. The best is that with the best mean. *Equals* are rows that cannot be told apart from it.
2. Equals that reach 90 % of it are *as good*; the rest are *uncertain*: too noisy to be ruled out, too low to be taken.
3. Is a row that is never updated as good, or is the strategy's own uncertain: do not update.
4. Otherwise the cheapest that is as good, unless some row is both cheaper and better than it: by money where there are
   prices, by CPU seconds where there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from freshmark.results.decision import sentences
from freshmark.results.decision.curves import CurvePoint
from freshmark.results.decision.ranking import RankingRow

AS_GOOD = 0.9
"""A share of the best below which a row that cannot be told apart from it is uncertain, not as good."""

ALMOST = 0.95
"""A share of the best that is called almost as good."""

CHEAPER = 2.0
"""How many times less an almost equal row must cost to be worth a sentence."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do on one stream.

    sentence: the answer
    more: sentences that go with it: what it costs, what the next schedules would change, what was left out
    chosen: (strategy, every, delay), or None where nothing can be recommended
    """

    stream: str
    sentence: str
    more: tuple[str, ...] = ()
    chosen: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """The rows within the budget, best first, and what they are worth.

    good: as good as the best. uncertain: too noisy to be ruled out. out: over the budget
    """

    rows: Sequence[RankingRow]
    good: Sequence[RankingRow]
    uncertain: Sequence[RankingRow]
    out: Sequence[RankingRow]

    @classmethod
    def of(cls, ranking: Sequence[RankingRow]) -> Field:
        """Of the rows that have a value."""
        fine = [row for row in ranking if row.measured]
        rows = [row for row in fine if not row.excluded]
        equals = [row for row in rows if not row.distinguishable]
        good = [row for row in equals if not row.ratio < AS_GOOD]
        return cls(
            rows,
            good,
            [row for row in equals if row.ratio < AS_GOOD],
            [row for row in fine if row.excluded],
        )

    @property
    def blind(self) -> bool:
        """Whether nothing can be said of chance: no difference has a margin."""
        others = [row for row in self.rows if not row.is_best]
        return bool(others) and all(np.isnan(row.difference_margin) for row in others)


def verdict_on(stream: str, ranking: Sequence[RankingRow], better: str, curves: Sequence[CurvePoint] = ()) -> Verdict:
    """The verdict on a stream from its rows of the ranking, best first, and its curves."""
    field = Field.of(ranking)
    if not field.rows:
        return Verdict(stream, sentences.nothing(ranking, field.out), sentences.left_out(field.out))
    if field.blind:
        return Verdict(stream, sentences.blind(field.rows[0]), sentences.left_out(field.out))
    choice, sentence = _decided(field, better)
    more = [
        sentences.price(choice),
        *sentences.steps(choice, curves),
        *sentences.knees(curves),
        *sentences.detectable(field.rows, field.good, choice),
        *sentences.almost(choice, _almost(choice, field.rows)),
        *sentences.left_out(field.out),
    ]
    return Verdict(stream, sentence, tuple(more), choice.row)


def _decided(field: Field, better: str) -> tuple[RankingRow, str]:
    best = next(row for row in field.good if row.is_best)
    if len(field.rows) == 1:
        return best, sentences.alone(best)
    frozen = [row for row in field.good if row.every == "never"]
    choice = _cheapest(frozen) if frozen else _choice(field)
    own = [row for row in field.uncertain if row.every == "never" and row.strategy == choice.strategy]
    if own:
        return own[0], sentences.not_yet(own[0], choice)
    if len(field.good) > 1:
        cheapest = choice.cost == _cheapest(field.good).cost
        return choice, sentences.tie(field.good, choice, cheapest=cheapest, frozen=sentences.advice(field.rows))
    if field.uncertain:
        return choice, sentences.best_so_far(choice, field.uncertain)
    second = next(row for row in field.rows if not row.is_best)
    return choice, sentences.winner(choice, second, better, frozen=sentences.advice(field.rows))


def _choice(field: Field) -> RankingRow:
    """The cheapest of those that are as good, unless some row is both cheaper and better than it."""

    def beaten(row: RankingRow) -> bool:
        return any(other.cost < row.cost and other.ratio > row.ratio for other in field.rows)

    return _cheapest([row for row in field.good if not beaten(row)] or field.good)


def _cheapest(rows: Sequence[RankingRow]) -> RankingRow:
    return min(rows, key=lambda row: row.cost)


def _almost(choice: RankingRow, rows: Sequence[RankingRow]) -> RankingRow | None:
    """The cheapest row that is nearly as good, where that saves much."""
    near = [row for row in rows if row.ratio >= ALMOST * choice.ratio and row.cost * CHEAPER <= choice.cost]
    return _cheapest(near) if near and np.isfinite(choice.cost) else None
