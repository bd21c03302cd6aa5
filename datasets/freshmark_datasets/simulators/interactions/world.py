"""World: users, items and interests with their planted drifts, and the events that follow from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from freshmark import IntArray

from freshmark_datasets.simulators import rhythm
from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.interactions.catalogue import Catalogue, build_catalogue, with_turnover
from freshmark_datasets.simulators.interactions.interests import Change, Interests, interests, schedule_changes
from freshmark_datasets.simulators.interactions.population import Population, build_population
from freshmark_datasets.simulators.interactions.presets import Options
from freshmark_datasets.simulators.interactions.shifts import parse
from freshmark_datasets.simulators.rhythm import DAY

NOBODY = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class PlantedDrift:
    """A drift in terms of the simulator.

    kind: as in ``shifts``
    begin, end: int, seconds since the start
    users, items: affected rows of the population and of the catalogue
    """

    kind: str
    begin: int
    end: int
    users: IntArray
    items: IntArray


@dataclass(frozen=True, slots=True)
class World:
    """Everything that determines P(i|u,t)."""

    population: Population
    catalogue: Catalogue
    interests: Interests
    planted: tuple[PlantedDrift, ...]


@dataclass(frozen=True, slots=True)
class Log:
    """The events of a world.

    time: (n,) int64, seconds since the start, never decreasing
    user, item: (n,) int64, rows of the population and of the catalogue
    """

    time: IntArray
    user: IntArray
    item: IntArray


def build(draws: Draws, chosen: Options) -> World:
    """The world of these options, with its drifts planted."""
    population = build_population(
        draws,
        chosen.users,
        span_days=chosen.span_days,
        initial=chosen.initial_users,
        lifetime_days=chosen.lifetime_days,
        tail=chosen.activity_tail,
    )
    return _plant(draws, chosen, population, build_catalogue(draws, chosen))


def _plant(draws: Draws, chosen: Options, population: Population, catalogue: Catalogue) -> World:
    """The world with its scheduled drifts; each affects a share of those present at its begin."""
    planted: list[PlantedDrift] = []
    changes: list[Change] = []
    for number, shift in enumerate(parse(chosen.drifts)):
        begin, end = (round(place * chosen.span_days * DAY) for place in (shift.begin, shift.end))
        birth = catalogue.birth if shift.kind == "popularity" else population.birth
        affected = (draws.uniform(f"world/affected/{number}", len(birth)) < chosen.share) & (birth < begin)
        rows = np.flatnonzero(affected)
        if shift.kind == "popularity":
            catalogue = with_turnover(catalogue, begin, rows)
            planted.append(PlantedDrift("popularity", begin, end, NOBODY, rows))
        else:
            changes.append(Change(shift.kind, begin, end, affected))
            planted += [PlantedDrift(shift.kind, *span, rows, NOBODY) for span in changes[-1].spans]
    return World(population, catalogue, schedule_changes(interests(draws, chosen), changes), tuple(planted))


def simulate(draws: Draws, world: World, chosen: Options) -> Log:
    """The events of this world."""
    time = rhythm.times(draws, chosen.events, span_days=chosen.span_days, diurnal=chosen.diurnal, weekly=chosen.weekly)
    user = world.population.draw(draws, time)
    topic = world.interests.draw(draws, user, time)
    return Log(time, user, world.catalogue.draw(draws, topic, time))
