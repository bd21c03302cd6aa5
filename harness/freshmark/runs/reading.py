"""The results in run folders, as the plugins of a registry read them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from freshmark.results.tables import Results
    from freshmark.runs.catalogue.registry import Registry


def opened(registry: Registry, folders: Sequence[Path]) -> Results:
    """The results in these folders, with the metrics and segments of every loaded plugin."""
    from freshmark.results.metrics.named import Metrics  # noqa: PLC0415  (pandas: no list must pay for it)
    from freshmark.results.metrics.named_segments import Segments  # noqa: PLC0415
    from freshmark.results.stored.folder import RunFolder  # noqa: PLC0415
    from freshmark.results.stored.recorded import Recorded  # noqa: PLC0415
    from freshmark.results.tables import Results  # noqa: PLC0415

    metrics, segments = Metrics(registry.offers("metrics")), Segments(registry.offers("segments"))
    return Results(Recorded([RunFolder(path) for path in folders], metrics, segments))
