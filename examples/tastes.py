"""A plugin in one file: simulated ratings whose users change their tastes half-way through. rate.toml runs it."""

import numpy as np
from freshmark import Drift, hookimpl, stream_of

DAY = 86_400 * 1_000_000


@hookimpl
def register_datasets():
    return {"tastes": tastes}


def tastes(turn: float = 1.0, events: int = 12_000, users: int = 200, items: int = 100, seed: int = 0):
    """Ratings 3 + b_i + p_u · q_i + noise, from 1 to 5, over 60 days; at 0.5 of the span every p_u turns.

    Args:
        turn: how far tastes turn, in quarter turns: 0 not at all, 1 a right angle, 2 to the opposite.
        events: number of ratings.
        users: number of users.
        items: number of items.
        seed: of all random numbers.
    """
    rng = np.random.default_rng(seed)
    user, item = rng.integers(0, users, events), rng.integers(0, items, events)
    time = np.sort(rng.integers(0, 60 * DAY, events))
    q, b = rng.standard_normal((items, 2)), 0.5 * rng.standard_normal(items)
    angle = rng.uniform(0, 2 * np.pi, users)[user] + turn * np.pi / 2 * (time >= 30 * DAY)
    liking = q[item, 0] * np.cos(angle) + q[item, 1] * np.sin(angle)
    rating = np.clip(3 + b[item] + liking + 0.3 * rng.standard_normal(events), 1, 5)
    return stream_of(
        name=f"tastes(turn={turn}, events={events}, seed={seed})",
        task="rate",
        time=time,
        user=user,
        item=item,
        label=rating,
        drifts=(Drift(30 * DAY, 30 * DAY, "sudden", tuple(range(users))),) if turn else (),
    )
