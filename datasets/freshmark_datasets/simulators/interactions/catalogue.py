"""The catalogue: items that appear, have a topic and a popularity, and become stale.

Within topic k an item's share is φ_ki(t) = w_i · 2^(−(t − b_i)/h) / Σ_j w_j · 2^(−(t − b_j)/h), over the items j of
the topic born by t. The factor 2^(−t/h) cancels, so only the **standing** w_i · 2^(b_i/h) matters, which is
constant in time: an item becomes stale because newer ones have a higher standing. So a draw is one binary search in a
cumulative sum, and the order of a topic's items stays the same until a turnover.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from freshmark import FloatArray, IntArray, UsageError

from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.interactions.presets import Options
from freshmark_datasets.simulators.rhythm import DAY

HALVINGS = 900
"""How many half-lives a stream may span: with more, a standing overflows float64."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Items by their birth.

    birth: (items,) int64, seconds since the start, negative where older than the stream
    topic: (items,) int64, in [0, topics); every topic has an item born before the start
    since: (eras,) int64, seconds: the begin of each era; the first always was, the others begin with a turnover
    standing: (eras, items) relative share within the topic, as above
    half_life: seconds, inf where nothing becomes stale
    """

    birth: IntArray
    topic: IntArray
    since: IntArray
    standing: FloatArray
    half_life: float

    def __len__(self) -> int:
        return len(self.birth)

    @property
    def topics(self) -> int:
        """The number of topics."""
        return int(self.topic.max()) + 1

    def era(self, time: IntArray) -> IntArray:
        """(n,) the era of each time."""
        return np.searchsorted(self.since, time, side="right") - 1

    def mass(self, era: int, topic: int, time: IntArray) -> FloatArray:
        """(n,) sum of the standings of the topic's items born by each time."""
        of_topic = np.flatnonzero(self.topic == topic)
        born = np.searchsorted(self.birth[of_topic], time, side="right")
        sums: FloatArray = np.cumsum(self.standing[era, of_topic])[born - 1]
        return sums

    def draw(self, draws: Draws, topic: IntArray, time: IntArray) -> IntArray:
        """(n,) an item for each topic and time, drawn by φ."""
        point = draws.uniform("catalogue/which", len(topic))
        era = self.era(time)
        item = np.empty(len(topic), np.int64)
        group = era * self.topics + topic
        order = np.argsort(group, kind="stable")
        begins = np.searchsorted(group[order], np.arange(len(self.since) * self.topics + 1))
        for number, (begin, end) in enumerate(pairwise(begins.tolist())):
            rows = order[begin:end]
            of_topic = np.flatnonzero(self.topic == number % self.topics)
            reach = np.cumsum(self.standing[number // self.topics, of_topic])
            born = np.searchsorted(self.birth[of_topic], time[rows], side="right")
            which = np.searchsorted(reach, point[rows] * reach[born - 1], side="right")
            item[rows] = of_topic[np.minimum(which, born - 1)]
        return item


def build_catalogue(draws: Draws, chosen: Options) -> Catalogue:
    """A catalogue without turnovers; births are as frequent before the start as after."""
    items, topics, span, half_life_days = chosen.items, chosen.topics, chosen.span_days * DAY, chosen.half_life_days
    first = max(topics, round(items * chosen.initial_items))
    spread = draws.uniform("catalogue/birth", items)
    age = span * first / (items - first) if first < items else 0.0
    birth = np.floor(np.concatenate([np.sort(spread[:first] - 1.0) * age, np.sort(spread[first:]) * span]))
    topic = np.minimum((draws.uniform("catalogue/topic", items) * topics).astype(np.int64), topics - 1)
    topic[:topics] = np.arange(topics)
    half_life = np.inf if half_life_days is None else half_life_days * DAY
    if (birth[-1] - birth[0]) / half_life > HALVINGS:
        what = f"half_life_days is {half_life_days}, too short for {chosen.span_days} days"
        raise UsageError(what, remedy="a longer one")
    standing = draws.pareto("catalogue/popularity", chosen.popularity_tail, items) * np.exp2(birth / half_life)
    since = np.array([np.iinfo(np.int64).min])
    return Catalogue(birth.astype(np.int64), topic, since, standing[np.newaxis], half_life)


def with_turnover(catalogue: Catalogue, time: int, affected: IntArray) -> Catalogue:
    """The catalogue with another era from ``time`` on: affected items of a topic swap popularity, first with last.

    They keep their births, and so their freshness. Times are seconds since the start, later than the last turnover.
    """
    freshness = np.exp2(catalogue.birth / catalogue.half_life)
    popularity = catalogue.standing[-1] / freshness
    for topic in range(catalogue.topics):
        traders = affected[catalogue.topic[affected] == topic]
        by_popularity = traders[np.argsort(popularity[traders], kind="stable")]
        popularity[by_popularity] = popularity[by_popularity[::-1]]
    return Catalogue(
        catalogue.birth,
        catalogue.topic,
        np.append(catalogue.since, time),
        np.vstack([catalogue.standing, popularity * freshness]),
        catalogue.half_life,
    )
