"""One entry per published stream, in modules by subject.

Imports `published.entry` and `readers.options` alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from freshmark_datasets.published.entries import ads, clicks, films, graphs, media, reviews, sessions, shops
from freshmark_datasets.published.entry import Entry

ENTRIES: Mapping[str, Entry] = {
    entry.name: entry
    for table in (films, reviews, shops, sessions, ads, clicks, media, graphs)
    for entry in table.ENTRIES
}
"""Name → entry."""
