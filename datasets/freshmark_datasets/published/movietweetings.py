"""MovieTweetings: ratings of films that people tweeted from IMDb (Dooms, De Pessemier and Martens, RecSys 2013)."""

from __future__ import annotations

from pathlib import Path

from freshmark import Source, Task

from freshmark_datasets.published.ratings import source_of
from freshmark_datasets.published.sources import published
from freshmark_datasets.readers.options import Options


def movietweetings(
    size: str = "100k", *, path: str | Path | None = None, positive: float | None = None, task: Task = "rank"
) -> Source:
    """Ratings of films from Twitter, 0 to 10: 100,000 events of 16,554 users in 185 days, with strong drift.

    Args:
        size: 10k, 20k, 50k or 100k; the snapshot.
        path: a local copy of ``ratings.dat``, instead of the download.
        positive: the least rating that makes an event; all ratings do where it is left out.
        task: rank, or rate.
    """
    options = Options(
        user=0, item=1, label=2, time=3, sep="::", header=False, unit="s", repeats=False, positive=positive, task=task
    )
    return source_of(published("movietweetings", size), options, path=path)
