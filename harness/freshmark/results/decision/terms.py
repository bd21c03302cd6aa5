"""The terms on which results are judged."""

from __future__ import annotations

from dataclasses import dataclass, field

from freshmark.results.costs.budget import Budget
from freshmark.results.costs.prices import Prices
from freshmark.results.costs.worth import Worth
from freshmark.results.decision.regret import Tolerance
from freshmark.results.statistics.intervals import LEVEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Prices, limits and request rates; they change no measurement.

    prices: what resources cost; None: rows are compared by CPU seconds
    budget: the limits within which a verdict must stay
    tolerance: how much worse than the best a choice may be
    worth: money that a gain of the metric brings; None: accuracy and cost are not weighed against each other
    level: share of cases in which a bound of a regret may be exceeded; smaller where looks of a race share it
    rates: requests a second at which response times are computed; empty: the stream's own rate and 1,000 times that
    """

    prices: Prices | None = None
    budget: Budget = field(default_factory=Budget)
    tolerance: Tolerance = field(default_factory=Tolerance)
    worth: Worth | None = None
    rates: tuple[float, ...] = ()
    level: float = LEVEL
