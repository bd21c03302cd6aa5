"""drift(): a simulated stream of interactions whose every change is planted and known.

P(i|u,t) = Σ_k θ_uk(t) · φ_ki(t): a user draws a topic, then an item of that topic. ``interests`` holds θ, ``catalogue``
φ, ``population`` who acts, ``calendar`` when, ``shifts`` what changes, and ``oracle`` the best possible answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from freshmark.contract.arrays import FloatArray, IntArray
from freshmark.contract.stream import SECOND, Drift, Source, Stream
from freshmark.contract.vocabulary import Vocabulary
from numpy.typing import NDArray

from freshmark_datasets import calendar
from freshmark_datasets.calendar import DAY, START
from freshmark_datasets.catalogue import Catalogue, stock, turned_over
from freshmark_datasets.draws import Draws
from freshmark_datasets.interests import Change, Interests, interests, scheduled
from freshmark_datasets.oracle import oracle_ranks
from freshmark_datasets.population import Population, populate
from freshmark_datasets.presets import Options, options
from freshmark_datasets.shifts import parse

VERSION = 1
"""Of what is generated: another number wherever one expression gives another stream than before."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A drift in the simulator's own terms.

    kind: as in ``shifts``
    begin, end: int, seconds since the start
    users, items: rows of the population and of the catalogue that it affects
    """

    kind: str
    begin: int
    end: int
    users: IntArray
    items: IntArray


@dataclass(frozen=True, slots=True)
class World:
    """Everything that decides P(i|u,t)."""

    population: Population
    catalogue: Catalogue
    interests: Interests
    planted: tuple[Planted, ...]

    def probability(self, user: int, time: int) -> FloatArray:
        """(items,) P(i|u,t) of every item of the catalogue, written as in the text books: slow and plain.

        Args:
            user: row of the population.
            time: seconds since the start.
        """
        moment = np.array([time])
        theta = self.interests.share(np.array([user]), moment)[0]
        standing = self.catalogue.standing[self.catalogue.era(moment)[0]] * (self.catalogue.birth <= time)
        mass = np.bincount(self.catalogue.topic, standing)
        chance: FloatArray = (theta / mass)[self.catalogue.topic] * standing
        return chance


@dataclass(frozen=True, slots=True)
class Log:
    """What happened in a world.

    time: (n,) int64, seconds since the start, never decreasing
    user, item: (n,) int64, rows of the population and of the catalogue
    """

    time: IntArray
    user: IntArray
    item: IntArray


def drift(preset: str = "default", seed: int = 0, **overrides: object) -> Source:
    """A simulated stream with planted drifts, their truth and an exact oracle.

    Args:
        preset: ``tiny`` (2k events), ``small`` (20k), ``default`` (100k), ``large`` (1M), ``null`` (nothing moves).
        seed: int ≥ 0; the same expression gives the same stream, under every numpy.
        overrides: any option of the preset, such as ``events=50_000`` or ``drifts="sudden@0.5"``; see
            ``presets.Options`` and, for how drifts are written, ``shifts``.
    """
    chosen = options(preset, overrides)
    Draws(seed)  # refuses what is no seed now, not when the stream is built
    written = [f"{preset!r}", *([f"seed={seed}"] if seed else []), *(f"{key}={overrides[key]!r}" for key in overrides)]
    key = hashlib.sha256(f"drift {VERSION} {seed} {sorted(asdict(chosen).items())}".encode()).hexdigest()
    return Source(key, lambda: stream(chosen, seed, name=f"drift({', '.join(written)})"))


def stream(chosen: Options, seed: int, *, name: str) -> Stream:
    """The stream that these options and this seed make."""
    draws = Draws(seed)
    world = build(draws, chosen)
    log = happen(draws, world, chosen)
    oracle = oracle_ranks(world.catalogue, world.interests, time=log.time, user=log.user, item=log.item)
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
        repeats=True,  # draws are with replacement: an item had does not stop being likely
        drifts=tuple(_truth(one, users, items) for one in world.planted),
        oracle=oracle,
        about=_about(chosen, seed),
    )


def build(draws: Draws, chosen: Options) -> World:
    """The world of these options, with its drifts planted."""
    span = chosen.span_days
    population = populate(
        draws,
        chosen.users,
        span_days=span,
        initial=chosen.initial_users,
        lifetime_days=chosen.lifetime_days,
        tail=chosen.activity_tail,
    )
    catalogue = stock(
        draws,
        chosen.items,
        topics=chosen.topics,
        span_days=span,
        initial=chosen.initial_items,
        half_life_days=chosen.half_life_days,
        tail=chosen.popularity_tail,
    )
    theta = interests(
        draws,
        chosen.users,
        topics=chosen.topics,
        concentration=chosen.concentration,
        skew=chosen.topic_skew,
        wander=chosen.wander,
    )
    planted = []
    changes = []
    for number, shift in enumerate(parse(chosen.drifts)):
        begin, end = (round(share * span * DAY) for share in (shift.begin, shift.end))
        birth = catalogue.birth if shift.kind == "popularity" else population.birth
        affected = (draws.uniform(f"drift/affected/{number}", len(birth)) < chosen.share) & (birth < begin)
        rows, nobody = np.flatnonzero(affected), np.empty(0, np.int64)
        if shift.kind == "popularity":
            catalogue = turned_over(catalogue, begin, rows)
            planted.append(Planted("popularity", begin, end, nobody, rows))
        else:
            changes.append(Change(shift.kind, begin, end, affected))
            planted += [Planted(shift.kind, *span, rows, nobody) for span in changes[-1].spans]
    return World(population, catalogue, scheduled(theta, changes), tuple(planted))


def happen(draws: Draws, world: World, chosen: Options) -> Log:
    """The events of this world."""
    time = calendar.times(
        draws, chosen.events, span_days=chosen.span_days, diurnal=chosen.diurnal, weekly=chosen.weekly
    )
    user = world.population.draw(draws, time)
    topic = world.interests.draw(draws, user, time)
    return Log(time, user, world.catalogue.draw(draws, topic, time))


def coded(rows: IntArray, count: int) -> tuple[NDArray[np.int32], IntArray]:
    """Codes (n,) int32 in order of first appearance, and the row behind each code.

    Args:
        rows: (n,) rows.
        count: how many rows there are.
    """
    first = np.full(count, len(rows))
    first[rows[::-1]] = np.arange(len(rows))[::-1]  # of several, the last assignment stays: the first place
    appeared = np.flatnonzero(first < len(rows))
    by_code: IntArray = appeared[np.argsort(first[appeared])].astype(np.int64)
    code = np.full(count, -1, np.int32)
    code[by_code] = np.arange(len(by_code), dtype=np.int32)
    return code[rows], by_code


def _truth(planted: Planted, users: IntArray, items: IntArray) -> Drift:
    """The drift in the stream's terms: microseconds, and the codes of those that occur."""

    def codes(rows: IntArray, by_code: IntArray) -> tuple[int, ...]:
        return tuple(np.flatnonzero(np.isin(by_code, rows)).tolist())

    return Drift(
        begin=(planted.begin + START) * SECOND,
        end=(planted.end + START) * SECOND,
        kind=planted.kind,
        users=codes(planted.users, users),
        items=codes(planted.items, items),
    )


def _about(chosen: Options, seed: int) -> Mapping[str, str]:
    return {
        "source": f"simulated by freshmark_datasets.drift, version {VERSION}, seed {seed}",
        "licence": "none needed: nothing in it is anyone's",
        "time unit": "whole seconds from 2024-01-01",
        "oracle": "rank of the true item under the true probabilities, among the items seen before",
        **{f"option {key}": str(value) for key, value in asdict(chosen).items()},
    }
