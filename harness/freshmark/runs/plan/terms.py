"""The terms of a verdict as they are written, in options and plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from freshmark.errors import UsageError

if TYPE_CHECKING:
    from freshmark.results.costs.budget import Budget
    from freshmark.results.costs.prices import Prices
    from freshmark.results.tables import Results
    from freshmark.runs.plan.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The texts; empty if not given."""

    metric: str | None = None
    price: Sequence[str] = ()
    max_p99: str | None = None
    max_memory: str | None = None
    max_cost: str | None = None
    request_rate: str | None = None
    tolerance: str | None = None
    worth: str | None = None

    @classmethod
    def of(cls, plan: Plan) -> Terms:
        """The terms of a plan, checked before anything is measured.

        Raises:
            UsageError: see ``read``.
        """
        names = ("metric", "price", "max_p99", "max_cost", "tolerance", "worth")
        terms = cls(**{name: getattr(plan, name) for name in names})
        terms.read()
        return terms

    def read(self) -> tuple[Prices | None, Budget]:
        """The prices, None if not given, and the limits.

        Raises:
            UsageError: a price or limit is wrong, or a limit of cost is given without prices.
        """
        from freshmark.replay.durations import parse_duration  # noqa: PLC0415  (numpy, which a help text does not need)
        from freshmark.results.costs.budget import Budget, per_million  # noqa: PLC0415
        from freshmark.results.costs.prices import Prices  # noqa: PLC0415
        from freshmark.results.costs.worth import Worth  # noqa: PLC0415
        from freshmark.results.decision.regret import Tolerance  # noqa: PLC0415
        from freshmark.runs.plan.limits import byte_count  # noqa: PLC0415

        prices = Prices.parse(self.price) if self.price else None
        budget = Budget(
            p99=None if self.max_p99 is None else parse_duration(self.max_p99) / 1e6,
            memory=None if self.max_memory is None else byte_count(self.max_memory),
            cost=None if self.max_cost is None else per_million(self.max_cost),
        )
        if self.tolerance is not None:
            Tolerance.parse(self.tolerance)
        if self.worth is not None:
            Worth.parse(self.worth)
            if prices is None:
                raise UsageError(
                    "a worth needs prices to be weighed against", remedy="--price cpu_hour=0.04", code="FM128"
                )
        return prices, budget.checked(prices)

    def applied(self, results: Results) -> Results:
        """The results on these terms; raises what ``read`` raises, also for a wrong rate or metric."""
        from freshmark.results.dynamics.queueing import rate_from  # noqa: PLC0415  (as above)

        prices, budget = self.read()
        ranked = results if self.metric is None else results.ranked_by(self.metric)
        rated = ranked if self.request_rate is None else ranked.asked_at(rate_from(self.request_rate))
        priced = rated.priced(prices) if prices else rated
        bounded = priced.within(budget) if budget else priced
        tolerant = bounded if self.tolerance is None else bounded.tolerating(self.tolerance)
        return tolerant if self.worth is None else tolerant.worth(self.worth)
