"""Bots: a burst of users who click on everything, or at random."""

from __future__ import annotations

import numpy as np
from freshmark import SECOND, BoolArray, Drift, IntArray

from freshmark_datasets.simulators.clicks.click_options import ClickOptions
from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.rhythm import DAY, START


def visited(draws: Draws, chosen: ClickOptions, time: IntArray, user: IntArray) -> IntArray:
    """(requests,) the viewer, with the bots' share during the burst; rows from ``users`` on are bots.

    ``time``: (requests,) seconds since the start.
    """
    if not chosen.bots:
        return user
    begin, end = burst(chosen)
    taken = (time >= begin) & (time < end) & (draws.uniform("clicks/burst", len(time)) < chosen.bots)
    bot = (draws.uniform("clicks/bot", len(time)) * chosen.bot_users).astype(np.int64)
    return np.where(taken, chosen.users + bot, user)


def burst(chosen: ClickOptions) -> tuple[int, int]:
    """Begin and end of the burst, in seconds since the start."""
    begin = round(chosen.bots_at * chosen.span_days * DAY)
    return begin, begin + max(1, round(chosen.bots_days * DAY))


def drift(chosen: ClickOptions, is_bot: BoolArray) -> Drift:
    """The burst as a planted drift that affects the bots."""
    begin, end = ((second + START) * SECOND for second in burst(chosen))
    return Drift(begin, end, "bots", tuple(np.flatnonzero(is_bot).tolist()))
