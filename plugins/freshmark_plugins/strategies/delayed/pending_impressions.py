"""PendingImpressions: what was shown, and is not known yet to have been clicked or not.

A click may come long after what was clicked on was shown. Who does not wait for it learns the impression as not
clicked, and once more, as clicked, when the click has come::

    shown ──► waits ──► enters as negative ──► its click comes: enters again, as positive
                │                          └─► none has come by the end: nothing more
                └─► its label comes first: enters with that
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from freshmark import AnyArray, BoolArray, Events, IntArray

from freshmark_plugins.training.event_sets import columns_of, concatenated


@dataclass(frozen=True, slots=True)
class Entries:
    """What enters training now.

    events: n of them, with the labels that they enter with
    late: (n,) bool, which are positives that had entered as negatives
    told: m events that had been shown, and whose true labels have come now
    entered: (m,) bool, which of those had entered as negatives by then
    """

    events: Events
    late: BoolArray
    told: Events
    entered: BoolArray


class PendingImpressions:
    """Those that were shown and whose labels have not come, in the order of time.

    Args:
        wait: microseconds that an impression waits for its label before it enters without.
    """

    def __init__(self, wait: int) -> None:
        self.wait = wait
        self.shown: list[Events] = []
        self.entered: BoolArray = np.zeros(0, np.bool_)
        self.horizon = np.iinfo(np.int64).min

    def show(self, events: Events) -> None:
        """These are past; whatever is known of their labels is not looked at."""
        self.shown.append(replace(events, label=None, features=dict(events.features)))

    def come(self, known: Events) -> Entries:
        """The labels of these events have come.

        An impression enters without a label where one at least ``wait`` later than it has got one: so much is known by
        the time that the schedule means, however late the update is made.
        """
        label = np.zeros(len(known)) if known.label is None else known.label
        self.horizon = max(self.horizon, int(known.time.max(initial=self.horizon)))
        waiting = concatenated([*self.shown, known[:0]])
        entered = np.concatenate([self.entered, np.zeros(len(waiting) - len(self.entered), np.bool_)])
        row = _rows(waiting, known)
        had_entered = np.where(row >= 0, entered[row], False) if len(waiting) else np.zeros(len(known), np.bool_)
        left = np.ones(len(waiting), np.bool_)
        left[row[row >= 0]] = False
        waiting, entered = waiting[left], entered[left]
        now = ~entered & (waiting.time <= self.horizon - self.wait)
        self.shown, self.entered = [waiting], entered | now
        enters = ~had_entered | (label > 0)
        negatives = replace(waiting[now], label=np.zeros(int(now.sum())))
        return Entries(
            concatenated([known[enters], negatives]),
            np.concatenate([had_entered[enters], np.zeros(len(negatives), np.bool_)]),
            known[row >= 0],
            had_entered[row >= 0],
        )

    def state(self) -> Mapping[str, AnyArray]:
        """Those that wait, and whether each has entered as a negative."""
        waiting = self.shown[0] if self.shown else None
        if waiting is None or len(waiting) != len(self.entered):
            return {}
        return {**columns_of("impressions", waiting), "impressions.entered": self.entered}


def _rows(shown: Events, known: Events) -> IntArray:
    """(n,) which of the shown each event is, by time, user and item; −1 for none. Of equals the first comes first."""
    rows = np.full(len(known), -1, np.int64)
    begins, ends = (np.searchsorted(shown.time, known.time, side) for side in ("left", "right"))
    taken: set[int] = set()
    for event, (begin, end) in enumerate(zip(begins.tolist(), ends.tolist(), strict=True)):
        same = (shown.user[begin:end] == known.user[event]) & (shown.item[begin:end] == known.item[event])
        row = next((begin + at for at in np.flatnonzero(same).tolist() if begin + at not in taken), -1)
        if row >= 0:
            taken.add(row)
            rows[event] = row
    return rows
