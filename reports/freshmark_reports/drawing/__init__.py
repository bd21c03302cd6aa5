"""Charts as parts of the page: figures, curves, marks, legends and palettes. Imports no section.

The names below are loaded on first use, while a chart is drawn: seaborn takes seconds to import, and other formats of
report, ``freshmark list`` and cells draw nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import seaborn as sns

    from freshmark_reports.drawing.lines import curve, curves, label_ends
    from freshmark_reports.drawing.marks import at_moment, mark
    from freshmark_reports.drawing.palette import (
        ink,
        legend_below,
        line_key,
        looks,
        marker_key,
        markers,
        muted,
        paper,
        plain_log,
        shades,
        short,
    )

__all__ = [
    "at_moment", "curve", "curves", "ink", "label_ends", "legend_below", "line_key", "looks", "mark", "marker_key",
    "markers", "muted", "paper", "plain_log", "shades", "short", "sns",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "sns":
        return import_module("seaborn")
    modules = [import_module(f"{__name__}.{one}") for one in ("lines", "marks", "palette")] if name in __all__ else []
    for module in modules:
        if name in vars(module):
            return vars(module)[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
