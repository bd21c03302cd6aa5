"""Windows: spans of stream time over which numbers are averaged. They only evaluate; they trigger nothing."""

from __future__ import annotations

import numpy as np

from freshmark.contract.arrays import IntArray
from freshmark.contract.delays import UNITS, duration_label
from freshmark.errors import UsageError
from freshmark.replay.durations import format_duration, parse_duration

FEWEST = 20
"""``window="auto"`` takes the longest usual span that gives at least this many windows."""

MOST = 100_000

USUAL_SPANS = [
    52 * UNITS["w"], 13 * UNITS["w"], 4 * UNITS["w"], 2 * UNITS["w"], UNITS["w"], 2 * UNITS["d"], UNITS["d"],
    12 * UNITS["h"], 6 * UNITS["h"], 3 * UNITS["h"], UNITS["h"], 15 * UNITS["m"], 5 * UNITS["m"], UNITS["m"],
    10 * UNITS["s"], UNITS["s"], 100 * UNITS["ms"], 10 * UNITS["ms"], UNITS["ms"],
]  # fmt: skip


def windows(time: IntArray, window: str) -> tuple[int, IntArray]:
    """Length of the windows and their edges (w + 1,), in microseconds, starting at the first of these times.

    Raises:
        UsageError: there would be too many windows.
    """
    begin, last = int(time[0]), int(time[-1])
    if window == "auto":
        span = next((one for one in USUAL_SPANS if (last - begin) // one + 1 >= FEWEST), UNITS["us"])
    else:
        span = parse_duration(window)
    count = (last - begin) // span + 1
    if count > MOST:
        raise UsageError(
            f"window={duration_label(format_duration(span))!r} cuts the stream into {count} windows",
            remedy="choose a longer window",
            code="FM104",
        )
    return span, begin + np.arange(count + 1) * span
