"""popularity: the most frequent items, over all time, in a window, or with exponential decay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
from freshmark import AnyArray, Events, FloatArray, IntArray, Query, Search, Strategy, Task, UsageError, parse_duration

from freshmark_plugins.histories.event_window import EventWindow
from freshmark_plugins.kernels.growth import row_count, with_room


class Popularity(Strategy):
    """Rank items by their number of events in a window that ends at the newest event given.

    ::

        for each new event of item i at time t:
            n_i ← n_i + 1                        all so far, or with a window: and n_j ← n_j − 1 as j leaves it
            n_i ← n_i · 2^(−Δt / half_life) + 1  with half_life; decayed lazily, since all items decay alike

    "Now" is the time of the newest event given, not of the query, so that answers change only in updates. Items
    without an event in the window tie below the others.

    Cost of an update: O(1) per event. Memory: 8 bytes per item, with a window 16 bytes per event in it.
    Cremonesi et al., RecSys 2010 (TopPop); Ji et al., SIGIR 2020, on popularity at the time of the event.

    Args:
        window: None for everything so far; "1d" for the last day; a number: that many newest events;
            "update" for the events of the newest update (at first: the warm-up).
        half_life: time after which an event counts half, such as "7d"; not together with a window.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank"})
    draws: ClassVar[bool] = False

    def __init__(
        self,
        window: Annotated[int | str | None, Search(choices=(None, "update", "1h", "1d", "7d", "30d"))] = None,
        *,
        half_life: str | None = None,
    ) -> None:
        if window is not None and half_life is not None:
            raise UsageError("popularity has both a window and a half-life", remedy="choose one")
        if isinstance(window, int) and window < 1:
            raise UsageError(f"popularity has a window of {window} events", remedy="1 or more")
        self.size = window if isinstance(window, int) else None
        self.span = parse_duration(window) if isinstance(window, str) and window != "update" else None
        self.newest_only = window == "update"
        self.half_life = None if half_life is None else parse_duration(half_life)
        if self.half_life == 0:
            raise UsageError("popularity has a half-life of 0", remedy="a time span above 0, such as '7d'")
        self.items = 0
        self.counts: FloatArray = np.zeros(0)
        self.recent = EventWindow()
        self.start_of_decay: int | None = None

    def update(self, events: Events) -> None:
        """Count the events, and uncount those that leave the window."""
        if not len(events):
            return
        self.items = max(self.items, row_count(events.item))
        self.counts = with_room(self.counts, self.items)
        if self.half_life is not None:
            weights = self._weights(events.time, self.half_life)  # may put another array in place of counts
            np.add.at(self.counts, events.item, weights)
            return
        if self.newest_only:
            self.counts[:] = 0
        self._add(events.item, 1)
        if self.size is not None or self.span is not None:
            self.recent.append(events.time, events.item)
            self._add(self._expired(int(events.time[-1])), -1)

    def score(self, query: Query) -> FloatArray:
        """(n, m) the same counts for every query."""
        return np.broadcast_to(self.counts[: self.items], (len(query), self.items))

    def state(self) -> Mapping[str, AnyArray]:
        """counts: (m,) float64; with a window also time and item of the events in it."""
        return {"counts": self.counts[: self.items], **self.recent.state()}

    def _add(self, items: IntArray, sign: int) -> None:
        if len(items) < len(self.counts) // 8:
            np.add.at(self.counts, items, sign)
        else:
            self.counts += sign * np.bincount(items, minlength=len(self.counts))

    def _expired(self, now: int) -> IntArray:
        """The items of the events that leave the window."""
        if self.span is not None:
            return self.recent.drop_before(now - self.span)
        return self.recent.drop_beyond(self.size or 0)

    def _weights(self, time: IntArray, half_life: int) -> FloatArray:
        """2^((t − start) / half_life): growing weights instead of shrinking counts.

        Before they could overflow, the start moves on by whole half-lives, which scales counts by an exact power of
        two; whole and fraction of the exponent are apart for the same reason, so that chunks change no bit.
        """
        if self.start_of_decay is None:
            self.start_of_decay = int(time[0])
        ahead = (int(time[-1]) - self.start_of_decay) // half_life
        if ahead > 256:  # noqa: PLR2004  (of 1023 that float64 can hold)
            self.counts = np.ldexp(self.counts, -ahead)
            self.start_of_decay += ahead * half_life
        whole, rest = np.divmod(time - self.start_of_decay, half_life)
        return np.ldexp(np.exp2(rest / half_life), whole)
