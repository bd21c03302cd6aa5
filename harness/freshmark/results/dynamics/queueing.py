"""Open loop: response times where requests arrive on their own schedule and queue behind each other and updates.

Latencies are measured in a closed loop, one request after the other: an update of half a second is then one slow call,
however many users would have queued behind it. Here one server handles all requests first come, first served, computed
from the recorded durations:

    W[n+1] = max(0, W[n] + S[n] − (A[n+1] − A[n]))        response = W + S

(Lindley 1952, doi 10.1017/S0305004100027638). Jobs are the test events, at the stream's times scaled to the rate; each
takes as long as a single request of its window, drawn by seed. An update is a job too: it arrives when due, takes its
recorded duration, and is served before the requests of the same time. Events and updates are scaled alike: a higher
rate means the same number of events between two updates, in less time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from freshmark.contract.arrays import FloatArray
from freshmark.errors import UsageError
from freshmark.results.metrics.latency import percentile_of, samples_needed
from freshmark.results.stored.recorded import Recorded
from freshmark.results.stored.request_times import request_seconds
from freshmark.results.stored.seed_groups import seed_groups

PERCENTILES = (50, 95, 99)
"""Of service and response times."""

DENSER = 1000.0
"""The second default rate, as a multiple of the stream's own: published streams are those of small services."""

COLUMNS = (
    "stream", "strategy", "every", "delay", "rate", "load", *(f"service_p{p}_seconds" for p in PERCENTILES),
    *(f"response_p{p}_seconds" for p in PERCENTILES), "response_max_seconds",
)  # fmt: skip
_RATE = re.compile(r"(?P<count>\d+(?:\.\d+)?)/(?P<unit>s|min|h)")
_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class OpenLoop:
    """Response times at one rate, all seeds together.

    rate: requests a second, mean
    load: share of time that the server is busy; from 1 on the queue grows without bound
    service: (m,) seconds, the measured single requests
    response: (n,) seconds, of every test event
    """

    rate: float
    load: float
    service: FloatArray
    response: FloatArray

    def service_percentile(self, percentile: float) -> float:
        """NaN for too few requests."""
        return percentile_of(self.service, percentile)

    def response_percentile(self, percentile: float) -> float:
        """NaN where too few single requests were measured to know this percentile of service."""
        enough = len(self.service) >= samples_needed(percentile)
        return percentile_of(self.response, percentile) if enough else float("nan")


def open_loop_of(recorded: Recorded, rates: Sequence[float] = ()) -> pd.DataFrame:
    """One row a (stream, strategy, every, delay) and rate: percentiles of service and response times, and the load.

    rate: mean requests a second; ``default_rates`` where none are given
    load: share of time that the server is busy; from 1 on the queue grows without bound
    """
    rows: list[dict[str, Any]] = []
    for group in seed_groups(recorded):
        keys = recorded.keys_of(group.stream, group.strategy, group.every, group.delay)
        defaults = default_rates(recorded, group.stream)
        for rate in defaults and (rates or defaults):
            loop = open_loop(recorded, keys, rate)
            rows.append(dict(zip(COLUMNS, (*group.names.values(), *numbers_of(loop)), strict=True)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def numbers_of(loop: OpenLoop) -> list[float]:
    """Rate, load, percentiles of service, percentiles of response, the longest response."""
    return [
        loop.rate,
        loop.load,
        *map(loop.service_percentile, PERCENTILES),
        *map(loop.response_percentile, PERCENTILES),
        float(loop.response.max()),
    ]


def default_rates(recorded: Recorded, stream: str) -> list[float]:
    """The stream's mean rate of requests a second, and 1,000 times that; empty for a stream without a time span."""
    time = recorded.events(stream)["time"]
    span = float(time[-1] - time[0]) / 1e6 if len(time) else 0.0
    return [len(time) / span, DENSER * len(time) / span] if span else []


def rate_from(text: str) -> float:
    """Parse ``"500/s"``, ``"30/min"`` or ``"20/h"`` into requests a second.

    Raises:
        UsageError: it is not a rate.
    """
    match = _RATE.fullmatch(text.strip())
    rate = float(match["count"]) / _UNITS[match["unit"]] if match else 0.0
    if not 0 < rate < math.inf:
        raise UsageError(f"{text!r} is not a valid rate", remedy="write it like 500/s, 30/min or 20/h")
    return rate


def open_loop(recorded: Recorded, keys: Sequence[str], rate: float) -> OpenLoop:
    """Response times of the cells of one row at this rate, requests a second; NaN if no single request was measured.

    Raises:
        UsageError: the rate is not a number above 0.
    """
    _check(rate)
    stream = recorded.stream_of(keys[0])
    events = recorded.events(stream)
    own, _ = default_rates(recorded, stream)
    arrival = (events["time"] - events["time"][0]) / 1e6 * (own / rate)
    response, busy = [], 0.0
    for key in keys:
        updates = recorded.table(key, "updates")
        is_update = ~updates["fit"].astype(np.bool_)
        due = (updates["due"][is_update] - events["time"][0]) / 1e6 * (own / rate)
        service = _services(recorded.table(key, "latencies"), events["window"])
        response.append(behind(arrival, service, due=due, seconds=updates["seconds"][is_update]))
        busy += float(service.sum() + updates["seconds"][is_update].sum())
    load = busy * rate / (len(keys) * len(arrival))
    return OpenLoop(rate, load, request_seconds(recorded, keys), np.concatenate(response))


def _check(rate: object) -> None:
    if not (isinstance(rate, Real) and 0 < float(rate) < math.inf):
        raise UsageError(f"rate {rate!r}", remedy="requests a second, a number above 0")


def _services(latencies: Any, window: Any) -> FloatArray:
    """(n,) seconds: per event one of the single requests of its window, or of any if it has none; NaN without any."""
    warm = ~latencies["first"].astype(np.bool_)
    seconds, of_window = latencies["seconds"][warm], latencies["window"][warm]
    if not len(seconds):
        return np.full(len(window), np.nan)
    starts, stops = np.searchsorted(of_window, window, "left"), np.searchsorted(of_window, window, "right")
    starts, stops = np.where(stops > starts, (starts, stops), ([0], [len(seconds)]))
    chosen = starts + np.random.default_rng(0).random(len(window)) * (stops - starts)
    return np.asarray(seconds[chosen.astype(np.int64)])


def behind(arrival: FloatArray, service: FloatArray, *, due: FloatArray, seconds: FloatArray) -> FloatArray:
    """(n,) seconds: response times of requests that share a server with updates.

    Args:
        arrival: (n,) seconds, non-decreasing.
        service: (n,) seconds.
        due: (u,) seconds, when updates arrive, non-decreasing.
        seconds: (u,) duration of each.
    """
    before = np.searchsorted(arrival, due, "left")
    is_request = np.insert(np.ones(len(arrival), np.bool_), before, values=False)
    return responses(np.insert(arrival, before, due), np.insert(service, before, seconds))[is_request]


def responses(arrival: FloatArray, service: FloatArray) -> FloatArray:
    """(n,) seconds from arrival to answer, queue and service: Lindley's recursion without a loop.

    A job is done at C[n] + max over k ≤ n of (A[k] − C[k−1]), with C[n] the service of all up to n.
    """
    work = np.cumsum(service)
    return np.asarray(np.maximum.accumulate(arrival - (work - service)) + work - arrival)
