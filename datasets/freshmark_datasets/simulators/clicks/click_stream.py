"""clicks(): a simulated stream of impressions, each clicked or not, with the true probability of the click.

P(click) = σ(a(t) + w(t) · x), where x are features of the item, the user and the context. A logistic regression on the
features can therefore reach the oracle, so that the cost of a shift and the gain of an update are known exactly.
"""

from __future__ import annotations

import math

import numpy as np
from freshmark import (
    SECOND,
    BoolArray,
    Drift,
    FloatArray,
    IntArray,
    Source,
    Stream,
    UnknownName,
    UsageError,
    Vocabulary,
)
from numpy.typing import NDArray

from freshmark_datasets.coding import coded
from freshmark_datasets.simulators import bayes, rhythm
from freshmark_datasets.simulators.clicks import bots, slates
from freshmark_datasets.simulators.clicks.click_options import POLICIES, SHIFTS, ClickOptions
from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.interactions.population import build_population
from freshmark_datasets.simulators.options import described, digest, expression, overridden
from freshmark_datasets.simulators.rhythm import START

VERSION = 1
"""Raised whenever an expression gives another stream than before."""

MAX_LOG_ODDS = 600.0
"""Log-odds are clipped here: the outcome is certain, and exp overflows shortly after."""

STEP = 1 / 1024
"""Features are rounded to multiples of it, so that they are identical on every machine."""


def clicks(shift: str = "none", seed: int = 0, **overrides: object) -> Source:
    """A simulated click stream: task ``click``, the oracle is the true probability of a click.

    Its features are ``x``, (n, features) float32; with a ``slate`` of several items also ``position``, (n,) int64 from
    0, and ``propensity``, (n,) float64, which models do not read: see examples/off_policy.py.

    Args:
        shift: ``none``, ``prior``, ``covariate`` or ``concept``.
        seed: int ≥ 0; the same expression gives the same stream under every numpy.
        overrides: any other option of ``ClickOptions``, such as ``events=10_000`` or ``slate=5``; see docs/clicks.md.
    """
    if shift not in SHIFTS:
        raise UnknownName("shift of clicks", shift, SHIFTS)
    chosen = overridden(ClickOptions(), {"shift": shift, **overrides}, of="clicks")
    if chosen.policy not in POLICIES:
        raise UnknownName("policy of clicks", chosen.policy, POLICIES)
    if chosen.slate > min(chosen.items, chosen.events):
        raise UsageError(f"slate is {chosen.slate}", remedy="at most the number of items, and of events")
    Draws(seed)  # refuses an invalid seed now, not when the stream is built
    name = expression("clicks", shift, seed, overrides)
    return Source(digest(name, VERSION, seed, chosen), lambda: stream(chosen, seed, name=name))


def stream(chosen: ClickOptions, seed: int, *, name: str) -> Stream:
    """The stream of these options and this seed."""
    draws = Draws(seed)
    request = rhythm.times(draws, chosen.requests, span_days=chosen.span_days, diurnal=1.0, weekly=1.0)
    viewer = np.repeat(bots.visited(draws, chosen, request, _viewers(draws, chosen, request)), chosen.slate)
    shown = slates.shown(draws, chosen)
    seconds = np.repeat(request, chosen.slate)
    after = (seconds >= chosen.moment) & (chosen.shift != "none")
    x = _features(draws, chosen, user=viewer, item=shown, after=after)
    probability = np.where(viewer < chosen.users, _probability(draws, chosen, x=x, after=after), chosen.bot_clicks)
    label = (draws.uniform("clicks/label", len(seconds)) < probability).astype(np.float64)
    user, users = coded(viewer, chosen.users + chosen.bot_users)
    item, items = coded(shown, chosen.items)
    time, drifts = (seconds + START) * SECOND, _truth(chosen, users >= chosen.users, len(items))
    return Stream(
        name=name,
        task="click",
        time=time,
        user=user,
        item=item,
        users=Vocabulary.of(f"u{row}" if row < chosen.users else f"bot{row - chosen.users}" for row in users),
        items=Vocabulary.of(f"i{row}" for row in items),
        label=label,
        features={"x": x, **slates.recorded(draws, chosen, shown)},
        drifts=drifts,
        oracle=probability,
        label_delay=_label_delay(draws, chosen, label) if chosen.delay_hours else None,
        about={
            **described("clicks", VERSION, seed, chosen),
            "oracle": "the true probability of a click",
            "bayes log loss": bayes.summary(probability, time, drifts),
        },
    )


def _label_delay(draws: Draws, chosen: ClickOptions, label: FloatArray) -> IntArray:
    """(n,) microseconds until each label is known: its delay for a click, the whole window otherwise."""
    mean, window = chosen.delay_hours * rhythm.HOUR, chosen.window_hours * rhythm.HOUR
    within = -math.expm1(-window / mean)  # the probability that an exponential delay is within the window
    delay = -mean * np.log1p(-within * draws.uniform("clicks/delay", len(label)))
    seconds: IntArray = np.where(label > 0, np.minimum(np.round(delay), window), window).astype(np.int64)
    seconds[: int(chosen.settled * len(label) + 1e-9)] = 0  # rounded like the share of a warm-up
    return seconds * SECOND


def _truth(chosen: ClickOptions, is_bot: BoolArray, items: int) -> tuple[Drift, ...]:
    """The shift, which affects everyone, and the burst of bots; by time."""
    planted = []
    if chosen.shift != "none":
        moment = (chosen.moment + START) * SECOND
        planted.append(Drift(moment, moment, chosen.shift, tuple(range(len(is_bot))), tuple(range(items))))
    if is_bot.any():
        planted.append(bots.drift(chosen, is_bot))
    return tuple(sorted(planted, key=lambda drift: drift.begin))


def _viewers(draws: Draws, chosen: ClickOptions, time: IntArray) -> IntArray:
    """(n,) the user of each impression; three in ten arrive during the stream."""
    population = build_population(
        draws, chosen.users, span_days=chosen.span_days, initial=0.7, lifetime_days=None, tail=2.0
    )
    return population.draw(draws, time)


def _features(
    draws: Draws, chosen: ClickOptions, *, user: IntArray, item: IntArray, after: BoolArray
) -> NDArray[np.float32]:
    """(n, features) uniform, mean 0, variance 1, rounded to STEP; the context's move with a covariate shift."""
    of_item, of_user = chosen.features // 2, chosen.features // 4

    def spread(name: str, rows: int, columns: int) -> FloatArray:
        return (draws.uniform(f"clicks/{name}", rows, columns) - 0.5) * math.sqrt(12.0)

    seen = spread("context", chosen.requests, chosen.features - of_item - of_user)
    context = np.repeat(seen, chosen.slate, axis=0)
    if chosen.shift == "covariate":
        context[after] += chosen.size
    of_whom = spread("user", chosen.users + chosen.bot_users, of_user)
    x = np.hstack([spread("item", chosen.items, of_item)[item], of_whom[user], context])
    rounded: NDArray[np.float32] = (np.round(x / STEP) * STEP).astype(np.float32)
    return rounded


def _probability(draws: Draws, chosen: ClickOptions, *, x: NDArray[np.float32], after: BoolArray) -> FloatArray:
    """(n,) the true probability of a click."""
    weight = (draws.uniform("clicks/weight", chosen.features) - 0.5) * 2.0
    log_odds = x.astype(np.float64) @ weight
    if chosen.shift == "prior":
        log_odds[after] += chosen.size
    if chosen.shift == "concept":
        weight[::2] *= -1.0  # every second one, so that item, user and context are all affected
        log_odds[after] = x[after].astype(np.float64) @ weight
    odds = chosen.base_rate / (1.0 - chosen.base_rate) * np.exp(np.clip(log_odds, -MAX_LOG_ODDS, MAX_LOG_ODDS))
    probability: FloatArray = odds / (1.0 + odds)
    return probability
