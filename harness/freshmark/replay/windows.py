"""Windows: the spans of stream time over which numbers are averaged. Evaluation only: they trigger nothing."""

from __future__ import annotations

import numpy as np

from freshmark.contract.arrays import IntArray
from freshmark.errors import UsageError
from freshmark.replay.durations import UNITS, in_words, microseconds

FEWEST = 20
"""``window="auto"`` takes the longest usual span that gives at least so many windows."""

MOST = 100_000

USUAL_SPANS = [
    52 * UNITS["w"], 13 * UNITS["w"], 4 * UNITS["w"], 2 * UNITS["w"], UNITS["w"], 2 * UNITS["d"], UNITS["d"],
    12 * UNITS["h"], 6 * UNITS["h"], 3 * UNITS["h"], UNITS["h"], 15 * UNITS["m"], 5 * UNITS["m"], UNITS["m"],
    10 * UNITS["s"], UNITS["s"], 100 * UNITS["ms"], 10 * UNITS["ms"], UNITS["ms"],
]  # fmt: skip


def windows(time: IntArray, window: str) -> tuple[int, IntArray]:
    """Span of the windows and their edges (w + 1,), in microseconds, from the first of these times on.

    Args:
        time: (n,) int64, times of the test events, never decreasing.
        window: a span, or ``"auto"``.

    Raises:
        UsageError: the span cuts too fine.
    """
    begin, last = int(time[0]), int(time[-1])
    if window == "auto":
        span = next((one for one in USUAL_SPANS if (last - begin) // one + 1 >= FEWEST), UNITS["us"])
    else:
        span = microseconds(window)
    count = (last - begin) // span + 1
    if count > MOST:
        raise UsageError(
            f"window={in_words(span)!r} cuts the stream into {count} windows",
            remedy="take a longer one",
            code="FM104",
        )
    return span, begin + np.arange(count + 1) * span
