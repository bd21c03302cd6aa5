"""Settings: how every cell of a run is measured."""

from __future__ import annotations

from dataclasses import dataclass

from freshmark.errors import UsageError
from freshmark.replay.durations import parse_duration


@dataclass(frozen=True, slots=True)
class Settings:
    """How every cell of a run is measured.

    warmup: share of the events that ``fit`` sees, extended until time changes
    window: length of the evaluation windows (``"1d"``), or ``"auto"``
    depth: length of the lists that are requested from ``recommend`` and recorded
    top: the K of single requests: latency, coverage, novelty
    probes: single requests per window
    batch: maximum queries per call; changes no number
    label_delay: how long after its time an event may be learned from, added to the delay in the stream itself
    matrix: number of blocks of windows in the train-test matrix; 0: no matrix
    panel: users whose list is requested at the end of each window
    """

    warmup: float = 0.3
    window: str = "auto"
    depth: int = 100
    top: int = 10
    probes: int = 200
    batch: int = 4096
    label_delay: str = "0s"
    matrix: int = 0
    panel: int = 20

    def __post_init__(self) -> None:
        if not 0 <= self.warmup < 1:
            raise UsageError(f"warmup={self.warmup} is not a share", remedy="at least 0 and below 1", code="FM104")
        for name, least in (("depth", 1), ("top", 1), ("probes", 0), ("batch", 1), ("matrix", 0), ("panel", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise UsageError(f"{name}={value!r} is too small", remedy=f"an integer ≥ {least}", code="FM104")
        if self.window != "auto" and parse_duration(self.window) == 0:
            raise UsageError("window='0s' is not a valid duration", remedy="write 1d, or auto", code="FM104")
        parse_duration(self.label_delay)
