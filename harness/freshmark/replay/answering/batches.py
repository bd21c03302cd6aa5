"""Batches: how many queries can be asked in one call without changing a number."""

from __future__ import annotations

import numpy as np

from freshmark.replay.answering.answers import Answers
from freshmark.replay.timeline import Timeline


class Batches:
    """Queries between two changes of knowledge are asked in one call.

    A batch ends where an update goes live, and at a size limit. If the strategy observes, it also ends before a user
    returns (ties aside) or, if its context is global, when time changes. No batch splits a tie.
    """

    def __init__(self, timeline: Timeline, answers: Answers, *, observing: bool, context: str) -> None:
        self._timeline = timeline
        self._answers = answers
        self._global = observing and context == "global"
        self._user_before = timeline.user_before if observing and not self._global else None

    def stop(self, at: int, live: int) -> int:
        """The end of the batch that begins at ``at``; at most ``live``."""
        if live == at + 1:
            return live
        line = self._timeline
        if self._global:
            return min(live, line.tie_stop(at + 1))
        most = min(line.settings.batch, self._answers.largest_batch(at))
        # An update never goes live within a tie; a size limit may fall into one.
        stop = live if live <= at + most else line.tie_stop(at + most)
        if self._user_before is not None:
            again = self._user_before[at:stop] >= at
            first = int(np.argmax(again))
            if again[first]:
                # The user was here at an earlier time of this batch, so the tie begins after ``at``.
                stop = line.tie_start(at + first)
        return stop
