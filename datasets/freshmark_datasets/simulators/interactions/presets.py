"""Presets of the simulator, and the options that they set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from freshmark import UnknownName, UsageError

from freshmark_datasets.simulators.interactions.shifts import parse
from freshmark_datasets.simulators.options import overridden, within

SCHEDULE = "sudden@0.4, popularity@0.5, gradual@0.57-0.65, recurring@0.7-0.85, incremental@0.88-0.97"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options of a simulated stream; the defaults are those of the preset ``default``.

    events, users, items, topics: how many over the whole span; users and items that never occur are left out
    span_days: from the first event to the last, about
    drifts: the schedule of planted drifts, see ``shifts``
    share: of the users (or items) that a drift affects
    concentration: sum of the Dirichlet's parameters: the smaller, the fewer topics a user has
    topic_skew: topic k's mean share is ∝ (k + 1)^−topic_skew
    wander: share of a user's events that is uniform over topics
    activity_tail, popularity_tail: exponents of the Pareto laws: the smaller, the more unequal
    initial_users, initial_items: share present from the start; the others arrive during the stream
    lifetime_days: mean lifetime of a user; None: nobody leaves
    half_life_days: after which an item is half as attractive; None: never
    diurnal, weekly: strength of the daily and weekly rhythm, 0 (constant rate) … 1
    """

    events: int = within(1, 1_000_000_000, 100_000)
    users: int = within(1, 100_000_000, 2_500)
    items: int = within(2, 10_000_000, 3_000)
    topics: int = within(1, 1_000, 16)
    span_days: float = within(0.01, 36_500, 120.0)
    drifts: str = SCHEDULE
    share: float = within(0, 1, 0.6)
    concentration: float = within(0.01, 1_000, 1.0)
    topic_skew: float = within(0, 10, 0.7)
    wander: float = within(0.001, 1, 0.05)
    activity_tail: float = within(0.5, 1_000, 1.5)
    popularity_tail: float = within(0.5, 1_000, 1.1)
    initial_users: float = within(0.001, 1, 0.5)
    initial_items: float = within(0.001, 1, 0.4)
    lifetime_days: float | None = within(0.01, 1e6, 60.0)
    half_life_days: float | None = within(0.01, 1e6, 10.0)
    diurnal: float = within(0, 1, 1.0)
    weekly: float = within(0, 1, 1.0)


DEFAULT = Options()

PRESETS: Mapping[str, Options] = MappingProxyType(
    {
        "tiny": replace(DEFAULT, events=2_000, users=80, items=150, topics=6, span_days=60.0),
        "small": replace(DEFAULT, events=20_000, users=600, items=900, topics=10, span_days=90.0),
        "default": DEFAULT,
        "large": replace(DEFAULT, events=1_000_000, users=20_000, items=12_000, topics=32),
        # Nothing changes and little is left to learn after the warm-up, which has 120 events per user and 200 per item;
        # popularity is so unequal that few ranks are still open
        "null": replace(
            DEFAULT,
            events=40_000,
            users=100,
            items=60,
            topics=4,
            drifts="none",
            wander=0.2,
            activity_tail=10.0,
            popularity_tail=0.8,
            initial_users=1.0,
            initial_items=1.0,
            lifetime_days=None,
            half_life_days=None,
        ),
    }
)


def options(preset: str, overrides: Mapping[str, object]) -> Options:
    """The preset's options, overridden and checked.

    Raises:
        UsageError: a preset or option does not exist, or a value is invalid.
    """
    if preset not in PRESETS:
        raise UnknownName("preset of drift", preset, PRESETS)
    chosen = overridden(PRESETS[preset], overrides, of="drift", also=("preset", "seed"))
    if chosen.items < chosen.topics:
        raise UsageError(f"{chosen.items} items, {chosen.topics} topics", remedy="at least one item per topic")
    parse(chosen.drifts)
    return chosen
