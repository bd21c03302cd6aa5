"""drift(): a simulated stream of interactions whose drifts are all planted and known.

P(i|u,t) = Σ_k θ_uk(t) · φ_ki(t): a user draws a topic, then an item of that topic. θ is in ``interests``, φ in
``catalogue``, users in ``population``, times in ``rhythm``, changes in ``shifts``, the best answer in ``oracle``.
"""

from __future__ import annotations

import numpy as np
from freshmark import SECOND, Drift, IntArray, Source, Stream, Vocabulary

from freshmark_datasets.coding import coded
from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.interactions.oracle import oracle_ranks
from freshmark_datasets.simulators.interactions.presets import Options, options
from freshmark_datasets.simulators.interactions.world import PlantedDrift, build, simulate
from freshmark_datasets.simulators.options import described, digest, expression
from freshmark_datasets.simulators.rhythm import START

VERSION = 1
"""Raised whenever an expression gives another stream than before."""


def drift(preset: str = "default", seed: int = 0, **overrides: object) -> Source:
    """A simulated stream with planted drifts, their truth and an exact oracle.

    Args:
        preset: ``tiny`` (2k events), ``small`` (20k), ``default`` (100k), ``large`` (1M), ``null`` (nothing moves).
        seed: int ≥ 0; the same expression gives the same stream under every numpy.
        overrides: any option of the preset, such as ``events=50_000`` or ``drifts="sudden@0.5"``; see
            ``presets.Options`` and, for how drifts are written, ``shifts``.
    """
    chosen = options(preset, overrides)
    Draws(seed)  # refuses an invalid seed now, not when the stream is built
    name = expression("drift", preset, seed, overrides)
    return Source(digest(name, VERSION, seed, chosen), lambda: stream(chosen, seed, name=name))


def stream(chosen: Options, seed: int, *, name: str) -> Stream:
    """The stream of these options and this seed."""
    draws = Draws(seed)
    world = build(draws, chosen)
    log = simulate(draws, world, chosen)
    user, users = coded(log.user, len(world.population))
    item, items = coded(log.item, len(world.catalogue))
    return Stream(
        name=name,
        task="rank",
        time=(log.time + START) * SECOND,
        user=user,
        item=item,
        users=Vocabulary.of(f"u{row}" for row in users),
        items=Vocabulary.of(f"i{row}.t{world.catalogue.topic[row]}" for row in items),
        repeats=True,  # draws are with replacement: a consumed item stays likely
        drifts=tuple(_truth(planted, users, items) for planted in world.planted),
        oracle=oracle_ranks(world.catalogue, world.interests, time=log.time, user=log.user, item=log.item),
        about={
            **described("drift", VERSION, seed, chosen),
            "oracle": "rank of the true item under the true probabilities, among the items seen before",
        },
    )


def _truth(planted: PlantedDrift, users: IntArray, items: IntArray) -> Drift:
    """The drift in terms of the stream: microseconds, and the codes of users and items that occur."""

    def codes(rows: IntArray, by_code: IntArray) -> tuple[int, ...]:
        return tuple(np.flatnonzero(np.isin(by_code, rows)).tolist())

    return Drift(
        begin=(planted.begin + START) * SECOND,
        end=(planted.end + START) * SECOND,
        kind=planted.kind,
        users=codes(planted.users, users),
        items=codes(planted.items, items),
    )
