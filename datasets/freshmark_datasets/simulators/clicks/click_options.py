"""Options of simulated clicks, and their bounds."""

from __future__ import annotations

from dataclasses import dataclass

from freshmark_datasets.simulators.options import within
from freshmark_datasets.simulators.rhythm import DAY

SHIFTS = ("none", "prior", "covariate", "concept")

POLICIES = ("exposure", "uniform")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickOptions:
    """Options of a simulated click stream.

    shift: ``none``; ``prior``: all log-odds move by ``size``; ``covariate``: the context's features move by ``size``
        and P(click|x) stays, so there is nothing to relearn; ``concept``: every second weight changes sign
    at: share of the span after which the shift sets in, at once
    size: of the shift, in units of log-odds (prior) or of the feature (covariate)
    events, users, items: how many; users and items that never occur are left out
    features: columns of x: half describe the item, a quarter the user, the rest the context
    base_rate: probability of a click where every feature is 0
    span_days: from the first event to the last, about
    delay_hours: mean time from an impression to its click, exponential; 0: clicks are known at once
    window_hours: after which an impression without a click is known to have none; no click comes later
    settled: share of the oldest events whose labels are known at once, as in an old log used for the warm-up
    slate: items shown at one time; from 2 on ``position`` and ``propensity`` are recorded, and ``events`` is rounded
        down to whole slates
    policy: how items are chosen: ``exposure``, some far more often than others, or ``uniform``
    bots: share of the impressions of the burst that go to bots
    bots_at, bots_days: share of the span after which the burst begins, and how long it lasts
    bot_users: number of bots
    bot_clicks: probability that a bot clicks on any item; .5 is at random
    """

    shift: str = "none"
    at: float = within(0, 1, 0.6)
    size: float = within(-100, 100, 1.5)
    events: int = within(1, 1_000_000_000, 50_000)
    users: int = within(1, 100_000_000, 1_000)
    items: int = within(1, 10_000_000, 500)
    features: int = within(4, 10_000, 8)
    base_rate: float = within(1e-9, 1 - 1e-9, 0.2)
    span_days: float = within(0.01, 36_500, 60.0)
    delay_hours: float = within(0, 876_000, 0.0)
    window_hours: float = within(0.01, 876_000, 168.0)
    settled: float = within(0, 1, 0.0)
    slate: int = within(1, 1_000, 1)
    policy: str = "exposure"
    bots: float = within(0, 1, 0.0)
    bots_at: float = within(0, 1, 0.7)
    bots_days: float = within(0.001, 36_500, 2.0)
    bot_users: int = within(1, 1_000_000, 20)
    bot_clicks: float = within(1e-9, 1 - 1e-9, 0.95)

    @property
    def requests(self) -> int:
        """The number of requests, each answered with a slate."""
        return max(1, self.events // self.slate)

    @property
    def moment(self) -> int:
        """Seconds since the start at which the shift sets in."""
        return round(self.at * self.span_days * DAY)
