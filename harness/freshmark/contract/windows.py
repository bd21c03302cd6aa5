"""The table of windows of a cell: what freshmark measures in every window. Any other column is a meter's."""

from __future__ import annotations

WINDOW_COLUMNS = frozenset(
    {
        "window", "begin", "end", "events", "updates",
        "update_seconds", "update_cpu_seconds", "answer_seconds", "gc_seconds",
        "rss_bytes", "state_bytes", "changed_bytes",
        "coverage", "novelty", "popularity_share",
    }
)  # fmt: skip
"""The names that no meter may give to a number."""
