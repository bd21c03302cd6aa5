"""clicks(): a simulated stream of impressions, each clicked or not, with the true probability of the click.

P(click) = σ(a(t) + w(t) · x), x being what the impression's features say of the item, the user and the context. A
logistic regression on the features can therefore reach the oracle, and what a shift costs and an update regains is
known exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from freshmark.contract.arrays import BoolArray, FloatArray, IntArray
from freshmark.contract.stream import SECOND, Drift, Source, Stream
from freshmark.contract.vocabulary import Vocabulary
from freshmark.errors import UnknownName
from numpy.typing import NDArray

from freshmark_datasets import calendar
from freshmark_datasets.calendar import DAY, START
from freshmark_datasets.coding import coded
from freshmark_datasets.draws import Draws
from freshmark_datasets.options import Bounds, described, digest, expression, overridden
from freshmark_datasets.population import populate

VERSION = 1
"""Of what is generated: another number wherever one expression gives another stream than before."""

SHIFTS = ("none", "prior", "covariate", "concept")

STEP = 1 / 1024
"""To which features are rounded, so that their last bit is the same on every machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impressions:
    """What a simulated click stream is made of.

    shift: ``none``; ``prior``: all log-odds move by ``size``; ``covariate``: the context's features move by ``size``
        and P(click|x) stays, so that there is nothing to relearn; ``concept``: every second weight changes sign
    at: share of the span after which the shift sets in, at once
    size: of the shift, in units of log-odds (prior) or of the feature (covariate)
    events, users, items: how many; users and items that never occur are left out
    features: columns of x: a half say something of the item, a quarter of the user, the rest of the context
    base_rate: probability of a click where every feature is 0
    span_days: from the first event to the last, about
    delay_hours: mean time from an impression to its click, exponential; 0: clicks are known at once
    window_hours: after which an impression without a click is known to have none; no click comes later
    """

    shift: str = "none"
    at: float = 0.6
    size: float = 1.5
    events: int = 50_000
    users: int = 1_000
    items: int = 500
    features: int = 8
    base_rate: float = 0.2
    span_days: float = 60.0
    delay_hours: float = 0.0
    window_hours: float = 168.0


BOUNDS: Bounds = MappingProxyType(
    {
        "at": (0, 1),
        "size": (-100, 100),
        "events": (1, 1_000_000_000),
        "users": (1, 100_000_000),
        "items": (1, 10_000_000),
        "features": (4, 10_000),
        "base_rate": (1e-9, 1 - 1e-9),
        "span_days": (0.01, 36_500),
        "delay_hours": (0, 876_000),
        "window_hours": (0.01, 876_000),
    }
)


def clicks(shift: str = "none", seed: int = 0, **overrides: object) -> Source:
    """A simulated click stream: task ``click``, the oracle is the true probability of a click.

    Its features are ``x``, (n, features) float32.

    Args:
        shift: ``none``, ``prior``, ``covariate`` or ``concept``.
        seed: int ≥ 0; the same expression gives the same stream, under every numpy.
        overrides: any other option of ``Impressions``, such as ``events=10_000`` or ``at=0.5``.
    """
    if shift not in SHIFTS:
        raise UnknownName("shift of clicks", shift, SHIFTS)
    chosen = overridden(Impressions(), {"shift": shift, **overrides}, bounds=BOUNDS, of="clicks")
    Draws(seed)  # refuses what is no seed now, not when the stream is built
    name = expression("clicks", shift, seed, overrides)
    return Source(digest(name, VERSION, seed, chosen), lambda: stream(chosen, seed, name=name))


def stream(chosen: Impressions, seed: int, *, name: str) -> Stream:
    """The stream that these options and this seed make."""
    draws = Draws(seed)
    time = calendar.times(draws, chosen.events, span_days=chosen.span_days, diurnal=1.0, weekly=1.0)
    viewer = _viewers(draws, chosen, time)
    shown = _shown(draws, chosen)
    after = (time >= _moment(chosen)) & (chosen.shift != "none")
    x = _features(draws, chosen, user=viewer, item=shown, after=after)
    probability = _probability(draws, chosen, x=x, after=after)
    label = (draws.uniform("clicks/label", chosen.events) < probability).astype(np.float64)
    user, users = coded(viewer, chosen.users)
    item, items = coded(shown, chosen.items)
    return Stream(
        name=name,
        task="click",
        time=(time + START) * SECOND,
        user=user,
        item=item,
        users=Vocabulary.of(f"u{row}" for row in users),
        items=Vocabulary.of(f"i{row}" for row in items),
        label=label,
        features={"x": x},
        drifts=_truth(chosen, len(users), len(items)),
        oracle=probability,
        label_delay=_label_delay(draws, chosen, label) if chosen.delay_hours else None,
        about={**described("clicks", VERSION, seed, chosen), "oracle": "the true probability of a click"},
    )


def _label_delay(draws: Draws, chosen: Impressions, label: FloatArray) -> IntArray:
    """(n,) microseconds until each label is known: of a click its delay, of none the whole window."""
    mean, window = chosen.delay_hours * calendar.HOUR, chosen.window_hours * calendar.HOUR
    within = -math.expm1(-window / mean)  # the share of an exponential that lies in the window
    delay = -mean * np.log1p(-within * draws.uniform("clicks/delay", chosen.events))
    seconds: IntArray = np.where(label > 0, np.minimum(np.round(delay), window), window).astype(np.int64)
    return seconds * SECOND


def _moment(chosen: Impressions) -> int:
    """Seconds since the start at which the shift sets in."""
    return round(chosen.at * chosen.span_days * DAY)


def _truth(chosen: Impressions, users: int, items: int) -> tuple[Drift, ...]:
    """The shift, which concerns everyone and everything."""
    if chosen.shift == "none":
        return ()
    moment = (_moment(chosen) + START) * SECOND
    return (Drift(moment, moment, chosen.shift, tuple(range(users)), tuple(range(items))),)


def _viewers(draws: Draws, chosen: Impressions, time: IntArray) -> IntArray:
    """(n,) the user of each impression; three in ten arrive during the stream."""
    population = populate(draws, chosen.users, span_days=chosen.span_days, initial=0.7, lifetime_days=None, tail=2.0)
    return population.draw(draws, time)


def _shown(draws: Draws, chosen: Impressions) -> IntArray:
    """(n,) the item of each impression: some are shown far more often, whoever looks."""
    reach = np.cumsum(draws.pareto("clicks/exposure", 1.5, chosen.items))
    point = draws.uniform("clicks/shown", chosen.events) * reach[-1]
    shown: IntArray = np.minimum(np.searchsorted(reach, point, side="right"), chosen.items - 1)
    return shown


def _features(
    draws: Draws, chosen: Impressions, *, user: IntArray, item: IntArray, after: BoolArray
) -> NDArray[np.float32]:
    """(n, features) uniform, mean 0, variance 1, rounded to STEP; the context's move with a covariate shift."""
    of_item, of_user = chosen.features // 2, chosen.features // 4

    def spread(name: str, rows: int, columns: int) -> FloatArray:
        return (draws.uniform(f"clicks/{name}", rows, columns) - 0.5) * math.sqrt(12.0)

    context = spread("context", chosen.events, chosen.features - of_item - of_user)
    if chosen.shift == "covariate":
        context[after] += chosen.size
    x = np.hstack([spread("item", chosen.items, of_item)[item], spread("user", chosen.users, of_user)[user], context])
    rounded: NDArray[np.float32] = (np.round(x / STEP) * STEP).astype(np.float32)
    return rounded


def _probability(draws: Draws, chosen: Impressions, *, x: NDArray[np.float32], after: BoolArray) -> FloatArray:
    """(n,) the true probability of a click."""
    weight = (draws.uniform("clicks/weight", chosen.features) - 0.5) * 2.0
    log_odds = x.astype(np.float64) @ weight
    if chosen.shift == "prior":
        log_odds[after] += chosen.size
    if chosen.shift == "concept":
        weight[::2] *= -1.0  # every second one, so that item, user and context are all concerned
        log_odds[after] = x[after].astype(np.float64) @ weight
    odds = chosen.base_rate / (1.0 - chosen.base_rate) * np.exp(log_odds)
    probability: FloatArray = odds / (1.0 + odds)
    return probability
