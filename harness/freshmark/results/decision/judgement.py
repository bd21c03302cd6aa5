"""The rule of ``regret`` applied to the rows of a stream: verdict, ranking, curves and alerts read it from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from freshmark.contract.arrays import FloatArray
from freshmark.results.costs.noise import TRIVIAL_SECONDS, USUAL_CPU_HOUR, RowCosts
from freshmark.results.costs.prices import Prices
from freshmark.results.decision.ranking import RankingRow
from freshmark.results.decision.regret import Contest, Decision, Needed
from freshmark.results.decision.standings import Standings
from freshmark.results.decision.terms import Terms
from freshmark.results.statistics.bootstrap import enough
from freshmark.results.statistics.crossfit import Gain, cross_fitted


@dataclass(frozen=True)
class Judgement:
    """What the rule says of one stream.

    rows: all rows, best first, with what it says of each
    contested: those that may be chosen: measured, within the budget, and with an update where one was wanted
    contest: their contest; None where there are fewer than six windows, no update was due, or nothing to choose from
    decision: the choice among them
    gain: of choosing the best over the model never updated, cross-fitted; None where that was not measured
    worth: money that the whole metric is worth on a million events; None where it has no price
    """

    rows: tuple[RankingRow, ...]
    contested: tuple[RankingRow, ...]
    terms: Terms
    contest: Contest | None = None
    decision: Decision | None = None
    baseline: RankingRow | None = None
    gain: Gain | None = None
    worth: float | None = None

    @property
    def chosen(self) -> RankingRow | None:
        """The row that the verdict names."""
        return next((row for row in self.contested if row.chosen), None)

    @property
    def settled(self) -> bool:
        """Whether it is shown to be within the tolerance."""
        return self.decision is not None and self.decision.settled

    @property
    def unknown(self) -> bool:
        """Whether nothing is known of the luck of the choice."""
        return (
            self.contest is not None and self.decision is not None and self.contest.rows[self.decision.choice].unknown
        )

    def needed(self) -> Needed:
        """What would settle it."""
        return self.contest.needed(self.terms.tolerance) if self.contest else Needed()


def judged(
    rows: Sequence[RankingRow], standings: Standings | None, terms: Terms, events_a_day: float = 0.0
) -> Judgement:
    """The rows of one stream, judged.

    Args:
        rows: best first.
        standings: of the stream; None where its task lacks the metric.
        terms: prices, limits, tolerance and worth.
        events_a_day: test events, for a worth a day.
    """
    contested = [row for row in rows if row.measured and not row.excluded and not row.undue]
    # Where every update that was wanted never came due, never updating has won against nothing.
    unopposed = any(row.undue for row in rows) and all(row.never for row in contested)
    if standings is None or not contested or unopposed or not _enough(standings, contested):
        return Judgement(tuple(rows), tuple(contested), terms)
    worth = None
    if terms.worth is not None and terms.worth.metric == standings.metric:
        worth = terms.worth.per_million(events_a_day)
        if standings.scale.errors:  # 1 % of the value is another share of the errors
            best = standings.rows[standings.best()].value
            worth *= (1 - best) / best
    contest = contest_of(contested, standings, terms, worth)
    decision = contest.decide(terms.tolerance)
    judged = {row.row: _judged(row, decision, place) for place, row in enumerate(contested)}
    contested = [judged[row.row] for row in contested]
    baseline = _baseline(contested, decision.choice)
    return Judgement(
        tuple(judged.get(row.row, row) for row in rows),
        tuple(contested),
        terms,
        contest,
        decision,
        baseline,
        _gain(contested, standings, baseline),
        worth,
    )


def contest_of(rows: Sequence[RankingRow], standings: Standings, terms: Terms, worth: float | None = None) -> Contest:
    """The contest of some rows of a stream."""
    return Contest(
        [standings.relative[row.row] for row in rows],
        np.array([standings.rows[row.row].value for row in rows]),
        scale=standings.scale,
        costs=costs_of(rows, terms.prices),
        worth=worth,
        level=terms.level,
    )


def costs_of(rows: Sequence[RankingRow], prices: Prices | None) -> RowCosts:
    """The costs of rows, in money where there are prices."""
    trivial = TRIVIAL_SECONDS
    if prices is not None:
        trivial *= (prices.cpu_hour or USUAL_CPU_HOUR) / 3600
    cells = [np.array(row.cells_cpu_seconds, np.float64) for row in rows]
    kernels = [np.array(row.cells_kernel_seconds, np.float64) for row in rows]
    return RowCosts.of(np.array([row.cost for row in rows]), cells, kernels, trivial=trivial)


def _enough(standings: Standings, rows: Sequence[RankingRow]) -> bool:
    return enough(len(standings.relative[rows[0].row].series))


def _judged(row: RankingRow, decision: Decision, place: int) -> RankingRow:
    regrets = decision.regrets
    return replace(
        row,
        p_best=float(regrets.p_best[place]),
        regret=float(regrets.expected[place]),
        regret_bound=float(regrets.bound[place]),
        shown=bool(regrets.shown[place]),
        chosen=place == decision.choice,
    )


def _baseline(rows: Sequence[RankingRow], choice: int) -> RankingRow | None:
    """The chosen strategy never updated, or the best row never updated."""
    never = [row for row in rows if row.never]
    own = [row for row in never if row.strategy == rows[choice].strategy]
    return next(iter(own or never), None)


def _gain(rows: Sequence[RankingRow], standings: Standings, baseline: RankingRow | None) -> Gain | None:
    if baseline is None or standings.scale.unit or len(rows) < 2:  # noqa: PLR2004
        return None
    sums = [_sums(standings, row) for row in rows]
    against = _sums(standings, baseline)
    if any(each is None for each in sums) or against is None or not against.sum() > 0:
        return None
    known = [each for each in sums if each is not None]
    return cross_fitted(known, against, more=standings.scale.more, candidates=np.arange(len(rows)))


def _sums(standings: Standings, row: RankingRow) -> FloatArray | None:
    """(seeds, windows) what each window adds to the amount with each seed."""
    standing = standings.rows[row.row]
    if standing.by_seed is None or standings.share is None:
        return None
    sign = -1.0 if standings.scale.errors else 1.0
    amounts = np.array([standings.scale.amount(float(value)) for value in standing.seeds])
    return np.asarray(amounts[:, None] * standings.share + sign * standing.by_seed)
