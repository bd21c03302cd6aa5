"""Settings: how every cell of a run is measured."""

from __future__ import annotations

from dataclasses import dataclass

from freshmark.errors import UsageError
from freshmark.replay.durations import microseconds


@dataclass(frozen=True, slots=True)
class Settings:
    """How every cell of a run is measured.

    warmup: the share of the events that ``fit`` sees, lengthened until time changes
    window: span of the evaluation windows (``"1d"``), or ``"auto"``
    depth: how deep the lists of ``recommend`` are asked for and recorded
    top: the K of single requests: latency, coverage, novelty
    probes: single requests a window
    batch: most events asked in one call; changes no number
    label_delay: how long after its time an event may be learned from, added to what the stream itself says
    matrix: into how many blocks of windows the matrix cuts the test events; 0: there is no matrix
    panel: users who are asked for their list at the end of each window
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
            raise UsageError(f"warmup={self.warmup} is no share", remedy="at least 0 and below 1", code="FM104")
        for name, least in (("depth", 1), ("top", 1), ("probes", 0), ("batch", 1), ("matrix", 0), ("panel", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise UsageError(f"{name}={value!r} is too small", remedy=f"an integer from {least}", code="FM104")
        if self.window != "auto" and microseconds(self.window) == 0:
            raise UsageError("window='0s' is no span", remedy="a span such as 1d, or auto", code="FM104")
        microseconds(self.label_delay)
