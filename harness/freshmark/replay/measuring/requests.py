"""Single requests besides the batched queries, for latency and for properties of lists."""

from __future__ import annotations

import numpy as np

from freshmark.contract.arrays import AnyArray, IntArray
from freshmark.replay.answering.answers import Answers
from freshmark.replay.answering.numbers import check_list
from freshmark.replay.measuring.meters import Clock, Stopwatch
from freshmark.replay.timeline import Timeline


class Requests:
    """``probes`` requests per window, drawn by seed, asked one at a time, not used for accuracy.

    A request is timed from the query to the list of the best K (or the prediction): what a user waits for.
    """

    def __init__(self, timeline: Timeline, answers: Answers, *, seed: int, clock: Clock) -> None:
        self._timeline = timeline
        self._answers = answers
        self._watch = Stopwatch(clock)
        self._positions, self._windows = _drawn(timeline, seed)
        self._seconds = np.zeros(len(self._positions))
        self._next = 0
        self._lists: list[AnyArray] = []
        self._ranks = timeline.stream.task == "rank"
        # Filled here, so that the pages count for the harness, not for the strategy.
        self._places = np.full((len(self._positions), timeline.settings.top if self._ranks else 0), -1, np.int32)

    def serve(self, stop: int) -> None:
        """Serve the requests among the events before ``stop``, with the knowledge and context of this batch."""
        while self._next < len(self._positions) and self._positions[self._next] < stop:
            call, arguments = self._answers.request(int(self._positions[self._next]))
            answer = self._watch.time(call, *arguments)
            self._seconds[self._next] = self._watch.last_seconds
            if self._ranks:
                check_list(answer, int(self._timeline.candidates[self._positions[self._next]]))
                self._lists.append(np.array(answer))
                self._places[self._next, : len(answer)] = answer
            self._next += 1

    def close_window(self, window: int) -> dict[str, float]:
        """Properties of the window's lists: coverage, novelty, popularity_share; NaN if there were no requests.

        coverage: share of the known items that are in at least one list
        novelty: mean of −log₂ of the item's share of all events before the window (with one event added to each)
        popularity_share: share of the positions that the head takes, the top 20 % of the items
        """
        if not self._ranks:
            return {}
        # A batch may reach into later windows, whose lists are then here already.
        served = int(np.searchsorted(self._windows, window, "right"))
        count = len(self._lists) - max(0, self._next - served)
        lists, self._lists = self._lists[:count], self._lists[count:]
        if not lists or not sum(map(len, lists)):
            return {"coverage": float("nan"), "novelty": float("nan"), "popularity_share": float("nan")}
        items = np.concatenate(lists)
        line = self._timeline
        begin = int(np.searchsorted(line.time, line.edges[window], "left"))
        known = max(int(items.max()) + 1, int(line.candidates[min(begin, line.end - 1)]))
        counts = np.bincount(line.stream.item[:begin], minlength=known)[:known] + 1
        head = np.zeros(known, np.bool_)
        of_window = line.head(window)
        head[: len(of_window)] = of_window
        return {
            "coverage": len(np.unique(items)) / known,
            "novelty": float(-np.log2(counts[items] / counts.sum()).mean()),
            "popularity_share": float(head[items].mean()),
        }

    def tables(self) -> dict[str, dict[str, AnyArray]]:
        """``latencies``, one row per request; the very first is marked, since it fills caches.

        And ``lists``, the same rows (rank): columns ``1`` to ``K`` of items, -1 after the end of the list.
        """
        latencies = {
            "window": self._windows,
            "position": self._positions,
            "seconds": self._seconds,
            "first": np.arange(len(self._positions)) == 0,
        }
        lists = {str(place + 1): self._places[:, place] for place in range(self._places.shape[1])}
        return {"latencies": latencies, "lists": lists} if self._ranks else {"latencies": latencies}


def _drawn(timeline: Timeline, seed: int) -> tuple[IntArray, IntArray]:
    """Positions of the requests, in order, and their windows."""
    stops = np.searchsorted(timeline.time, timeline.edges, "left")
    positions, windows = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for window, (begin, end) in enumerate(zip(np.maximum(stops[:-1], timeline.first), stops[1:], strict=True)):
        count = min(timeline.settings.probes, int(end - begin))
        draw = np.random.default_rng([seed, window])
        positions.append(np.sort(draw.choice(end - begin, count, replace=False)) + begin)
        windows.append(np.full(count, window))
    return np.concatenate(positions), np.concatenate(windows)
