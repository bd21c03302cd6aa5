"""Dynamics: what updates did over time; the tables of learning, staleness, recovery, arrivals and churn."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pandas as pd

from freshmark.results.dynamics import arrivals, attainment, churn, learning, recovery, slowness, staleness
from freshmark.results.dynamics import queueing as open_loop
from freshmark.results.stored.recorded import Recorded

if TYPE_CHECKING:
    from freshmark.results.tables import Results


class Dynamics(Recorded):
    """The tables of what updates did; each is explained in the module that makes it. Metrics are means over events."""

    def stream_of(self, key: str) -> str:
        """The stream of the cell with this key."""
        return str(self._home[key][1]["stream"])

    def has_table(self, key: str, name: str) -> bool:
        """Whether a table of this name was recorded of the cell with this key."""
        return f"{name}.parquet" in json.loads(self._home[key][1]["digests"] or "{}")

    def learning(self, metric: str | None = None) -> pd.DataFrame:
        """Forward and backward transfer of every row that has a matrix."""
        return learning.learning_of(cast("Results", self), metric)

    def staleness(self, metric: str | None = None) -> pd.DataFrame:
        """The metric by age of knowledge, and what is retained of the gain."""
        return staleness.staleness_of(cast("Results", self), metric)

    def half_lives(self, metric: str | None = None) -> pd.DataFrame:
        """The age at which half of what updating gains is left."""
        return staleness.half_lives_of(self.staleness(metric))

    def slowness(self, metric: str | None = None) -> pd.DataFrame:
        """What is lost because updates take time, of every row with a measured delay."""
        return slowness.slowness_of(cast("Results", self), metric)

    def recovery(self, metric: str | None = None) -> pd.DataFrame:
        """What each declared drift cost, and how many windows until that was made good."""
        return recovery.recovery_of(cast("Results", self), metric)

    def attainment(self, metric: str | None = None) -> pd.DataFrame:
        """The share of the oracle's gain."""
        return attainment.attainment_of(cast("Results", self), metric)

    def arrivals(self) -> pd.DataFrame:
        """Time to the first recommendation and the first hit of new items."""
        return arrivals.arrivals_of(cast("Results", self))

    def churn(self) -> pd.DataFrame:
        """How much lists change between windows."""
        return churn.churn_of(cast("Results", self))

    def open_loop(self, *rates: float) -> pd.DataFrame:
        """Response times, queue and updates included, where requests come at these rates, so many a second."""
        return open_loop.open_loop_of(cast("Results", self), rates or cast("Results", self).rates)
