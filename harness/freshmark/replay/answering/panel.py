"""Panel: a few users whose lists are requested at the end of windows, so that lists can be compared over time."""

from __future__ import annotations

import numpy as np

from freshmark.contract.arrays import AnyArray
from freshmark.replay.answering.answers import Answers, Ranked
from freshmark.replay.answering.numbers import check_list
from freshmark.replay.timeline import Timeline

MOST = 200
"""Maximum number of times the panel is asked; with more windows, evenly spaced ones."""

_APART = 1 << 32
"""Second part of the seed: no window has this number, so the panel is drawn independently of all requests."""


class Panel:
    """``panel`` users of the warm-up, drawn by seed; their lists are neither timed nor used for accuracy."""

    def __init__(self, timeline: Timeline, answers: Answers, *, seed: int) -> None:
        self._timeline = timeline
        # Only the task rank has lists.
        self._answers = answers if isinstance(answers, Ranked) else None
        self._users = np.empty(0, np.int64) if self._answers is None else _drawn(timeline, seed)
        windows, top = len(timeline.edges) - 1, timeline.settings.top
        times = min(MOST, windows) if len(self._users) else 0
        self._windows = np.rint(np.linspace(0, windows, times + 1)[1:]).astype(np.int64)
        self._places = np.searchsorted(timeline.time, timeline.edges[self._windows], "left")
        # Filled here, so that the pages count for the harness, not for the strategy.
        self._lists = np.full((times, len(self._users), top), -1, np.int32)
        self._asked = 0

    @property
    def next_stop(self) -> int:
        """The event before which it is asked next; the end of the stream if it is not."""
        return int(self._places[self._asked]) if self._asked < len(self._places) else self._timeline.end

    def ask(self) -> None:
        """Every user's list as the window ends, with what was learned and observed before."""
        line, place, answers = self._timeline, self.next_stop, self._answers
        while answers and self._asked < len(self._places) and self._places[self._asked] == place:
            end = int(line.edges[self._windows[self._asked]])
            for row, user in enumerate(self._users):
                query, had = line.visit(int(user), end)
                known = int(query.candidates[0])
                call, arguments = answers.listing(query, had)
                items = np.asarray(call(*arguments))
                check_list(items, known)
                self._lists[self._asked, row, : len(items)] = items
            self._asked += 1

    def tables(self) -> dict[str, dict[str, AnyArray]]:
        """``panel``: one row per time and user, with the columns ``1`` to ``K`` of items, -1 after its end."""
        if not len(self._users):
            return {}
        times, users, top = self._lists.shape
        places = self._lists.reshape(-1, top)
        return {
            "panel": {
                "time": np.repeat(self._timeline.edges[self._windows], users),
                "user": np.tile(self._users.astype(np.int32), times),
                **{str(place + 1): places[:, place] for place in range(top)},
            }
        }


def _drawn(timeline: Timeline, seed: int) -> AnyArray:
    """The users, in the order of their codes."""
    known = np.unique(np.asarray(timeline.stream.user[: timeline.first]))
    draw = np.random.default_rng([seed, _APART])
    return np.sort(draw.choice(known, min(timeline.settings.panel, len(known)), replace=False))
