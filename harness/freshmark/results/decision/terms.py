"""The terms on which results are judged."""

from __future__ import annotations

from dataclasses import dataclass, field

from freshmark.results.decision.budget import Budget
from freshmark.results.decision.prices import Prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Prices, limits and request rates; they change no measurement.

    prices: what resources cost; None: rows are compared by CPU seconds
    budget: the limits within which a verdict must stay
    rates: requests a second at which response times are computed; empty: the stream's own rate and 1,000 times that
    """

    prices: Prices | None = None
    budget: Budget = field(default_factory=Budget)
    rates: tuple[float, ...] = ()
