"""repeat_popularity: the items that the user had most often."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from freshmark import AnyArray, Events, FloatArray, Query

from freshmark_plugins.histories.pair_counts import PairCounts, accumulate_each
from freshmark_plugins.histories.popularity_backoff import back_off_to_popularity
from freshmark_plugins.kernels.growth import row_count
from freshmark_plugins.strategies.counting.item_counts import ItemCounts


class RepeatPopularity(ItemCounts):
    """Rank items by their number of events with this user, and the others below by popularity.

    ::

        as soon as (u, i) is past:   n_ui ← n_ui + 1      context, like every history
        update, for each (u, i):     n_i ← n_i + 1
        score(u, i) = n_ui, or where that is 0: n_i / (max n + 1) − 1

    Histories are not learned, so the update interval matters only for new items and new users. It is the baseline where
    users return to the same items.

    Cost of an update: O(1) per event. Memory: see PairCounts, 8 to 11 bytes per pair of user and item, 8 bytes per
    item. "PersonalPopularity" of Alpenglow, Frigó et al., RecSys 2017; P-Pop of Li et al., TOIS 2023 (next basket).
    """

    def __init__(self) -> None:
        super().__init__()
        self.had = PairCounts()

    def observe(self, events: Events) -> None:
        """Count the items of each user."""
        self.had.grow(max(row_count(events.user), row_count(events.item)))
        self.had.count(events.user, events.item, 1)

    def update(self, events: Events) -> None:
        """Count the items."""
        self.count(events)

    def score(self, query: Query) -> FloatArray:
        """(n, m) own counts, ≥ 1; popularity in (−1, 0) where there are none."""
        scores = np.zeros((len(query), self.items))
        accumulate_each(self.had.rows, query.user, scores)
        back_off_to_popularity(scores, self.counts)
        return scores

    def state(self) -> Mapping[str, AnyArray]:
        """Counts of items, and of pairs of user and item."""
        return {"counts": self.counts, **self.had.state()}
