"""Bots: a burst of users who click whatever they are shown, or at random."""

from __future__ import annotations

import numpy as np
from freshmark import SECOND, BoolArray, Drift, IntArray

from freshmark_datasets.simulators.clicks.exposures import Impressions
from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.rhythm import DAY, START


def visited(draws: Draws, chosen: Impressions, time: IntArray, user: IntArray) -> IntArray:
    """(requests,) who looks, when bots take their share of the burst; rows from ``users`` on are bots.

    Args:
        draws: where the numbers come from.
        chosen: the options.
        time: (requests,) seconds since the start.
        user: (requests,) who would look without bots.
    """
    if not chosen.bots:
        return user
    begin, end = burst(chosen)
    taken = (time >= begin) & (time < end) & (draws.uniform("clicks/burst", len(time)) < chosen.bots)
    bot = (draws.uniform("clicks/bot", len(time)) * chosen.bot_users).astype(np.int64)
    return np.where(taken, chosen.users + bot, user)


def burst(chosen: Impressions) -> tuple[int, int]:
    """Seconds since the start at which the burst begins, and at which it is over."""
    begin = round(chosen.bots_at * chosen.span_days * DAY)
    return begin, begin + max(1, round(chosen.bots_days * DAY))


def drift(chosen: Impressions, is_bot: BoolArray) -> Drift:
    """The burst as a change that was planted: whom it concerns are the bots.

    Args:
        chosen: the options.
        is_bot: (users of the stream,) by code.
    """
    begin, end = ((second + START) * SECOND for second in burst(chosen))
    return Drift(begin, end, "bots", tuple(np.flatnonzero(is_bot).tolist()))
