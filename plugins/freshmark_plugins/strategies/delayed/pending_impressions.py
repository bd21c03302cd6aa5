"""Pending impressions: shown, but not yet known to be clicked or not.

A click may arrive long after its impression. Without waiting for it, the impression is learned as a negative, and
again as a positive when the click arrives::

    shown ──► waits ──► enters as negative ──► its click arrives: enters again as positive
                │                          └─► no click arrives: nothing more
                └─► its label arrives first: enters with it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from freshmark import AnyArray, BoolArray, Events, IntArray

from freshmark_plugins.training.event_sets import columns_of, concatenated


@dataclass(frozen=True, slots=True)
class Entries:
    """Events that enter training now.

    events: n events with the labels they enter with
    late: (n,) bool, positives that had entered as negatives
    labelled: m shown events whose true labels have arrived now
    entered: (m,) bool, which of those had entered as negatives
    """

    events: Events
    late: BoolArray
    labelled: Events
    entered: BoolArray


class PendingImpressions:
    """Impressions whose labels have not arrived, by time.

    Args:
        wait: microseconds that an impression waits for its label before it enters as a negative.
    """

    def __init__(self, wait: int) -> None:
        self.wait = wait
        self.shown: list[Events] = []
        self.entered: BoolArray = np.zeros(0, np.bool_)
        self.horizon = np.iinfo(np.int64).min

    def add(self, events: Events) -> None:
        """Add impressions; their labels are not used."""
        self.shown.append(replace(events, label=None, features=dict(events.features)))

    def resolve(self, known: Events) -> Entries:
        """The labels of these events have arrived.

        A pending impression enters as a negative once an event at least ``wait`` later has its label, which makes it
        independent of when exactly the update runs.
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
        """The pending impressions, and whether each has entered as a negative."""
        waiting = self.shown[0] if self.shown else None
        if waiting is None or len(waiting) != len(self.entered):
            return {}
        return {**columns_of("impressions", waiting), "impressions.entered": self.entered}


def _rows(shown: Events, known: Events) -> IntArray:
    """(n,) row of each event among the shown, by time, user and item; −1: none. Of equal ones, the first free row."""
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
