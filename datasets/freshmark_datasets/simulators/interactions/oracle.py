"""The oracle: the rank of the true item under the true probabilities, the best that can be expected.

P(i|u,t) = θ_uk(t) · s_i / S_k(t) for an item of topic k with standing s_i, S_k(t) the sum over the topic's born items.
Another item j of topic l is more probable when s_j > P(i|u,t) · S_l(t) / θ_ul(t): a position in the topic's items
sorted by standing. How many items above that position were seen before t is one look-up in a table of counts. So an
event costs one binary search per topic instead of one comparison per item, and the result is still exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from freshmark import FloatArray, IntArray
from numpy.typing import NDArray

from freshmark_datasets.simulators.interactions.catalogue import Catalogue
from freshmark_datasets.simulators.interactions.interests import Interests

CHUNK = 1 << 16
"""Events ranked at a time: a column of them is half a MiB and fits into the CPU cache."""

NEVER = np.iinfo(np.int64).max


def oracle_ranks(
    catalogue: Catalogue, interests: Interests, *, time: IntArray, user: IntArray, item: IntArray
) -> FloatArray:
    """(n,) 1 + #{more probable} + ½ #{other, equally probable}, among the items seen in the stream before each time.

    inf where the true item is not among them. Equality is tested within the item's topic only: popularity is
    continuous, so across topics only rounding could make probabilities equal. Times are seconds since the start.
    """
    first = np.full(len(catalogue), NEVER)
    first[item[::-1]] = time[::-1]  # the last assignment wins, so the earliest time stays
    rank = np.where(first[item] < time, 1.0, np.inf)
    ladders: dict[tuple[int, int], Ladder] = {}
    for era, rows in _parts(catalogue, time):
        times, users, items = time[rows], user[rows], item[rows]
        theta = np.ascontiguousarray(interests.share(users, times).T)  # (topics, n)
        mass = np.stack([catalogue.mass(era, topic, times) for topic in range(catalogue.topics)])
        standing = catalogue.standing[era, items]
        own = catalogue.topic[items], np.arange(len(items))
        probability = theta[own] * standing / mass[own]
        for topic in range(catalogue.topics):
            if (era, topic) not in ladders:
                ladders[era, topic] = ladder(catalogue, era, topic, first)
            bar = probability * mass[topic] / theta[topic]
            same = np.flatnonzero(own[0] == topic)
            bar[same] = standing[same]  # the quotient would differ by a rounding error
            rank[rows] += ladders[era, topic].above(bar, times)
            rank[rows][same] += 0.5 * ladders[era, topic].tied(bar[same], times[same])
    return rank


def _parts(catalogue: Catalogue, time: IntArray) -> Iterator[tuple[int, slice]]:
    """Slices of at most CHUNK rows, each within one era."""
    edges = [0, *np.searchsorted(time, catalogue.since[1:], side="left").tolist(), len(time)]
    for era in range(len(catalogue.since)):
        for begin in range(edges[era], edges[era + 1], CHUNK):
            yield era, slice(begin, min(begin + CHUNK, edges[era + 1]))


@dataclass(frozen=True, slots=True)
class Ladder:
    """The seen items of one topic in one era, by standing and by the time they were first seen.

    rung: (n,) negated standings, so that they ascend from the highest standing
    seen: (n,) seconds, sorted: when the topic's items were first seen
    count: (n + 1, n + 1) how many of the p highest are among the q first seen
    """

    rung: FloatArray
    seen: IntArray
    count: NDArray[np.int32]

    def above(self, bar: FloatArray, time: IntArray) -> NDArray[np.int32]:
        """(n,) how many items seen before each time have a standing above the bar."""
        return self.count[np.searchsorted(self.rung, -bar), np.searchsorted(self.seen, time)]

    def tied(self, bar: FloatArray, time: IntArray) -> NDArray[np.int32]:
        """(n,) how many other items have exactly the standing ``bar``, which is that of one item."""
        known = np.searchsorted(self.seen, time)
        reaching = self.count[np.searchsorted(self.rung, -bar, side="right"), known]
        return reaching - self.count[np.searchsorted(self.rung, -bar), known] - 1


def ladder(catalogue: Catalogue, era: int, topic: int, first: IntArray) -> Ladder:
    """The ladder of one topic in one era; ``first``: (items,) seconds, NEVER for an item that is not seen."""
    members = np.flatnonzero((catalogue.topic == topic) & (first < NEVER))
    by_standing = members[np.argsort(-catalogue.standing[era, members], kind="stable")]
    arrival = np.argsort(np.argsort(first[by_standing], kind="stable"), kind="stable")
    count = np.zeros((len(members) + 1, len(members) + 1), np.int32)
    count[np.arange(len(members)) + 1, arrival + 1] = 1
    np.cumsum(count, axis=0, out=count)
    np.cumsum(count, axis=1, out=count)
    return Ladder(-catalogue.standing[era, by_standing], np.sort(first[by_standing]), count)
