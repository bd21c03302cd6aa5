"""MovieLens: ratings of films at movielens.org (Harper and Konstan, ACM TiiS 2015)."""

from __future__ import annotations

from pathlib import Path

from freshmark import Source, Task

from freshmark_datasets.published.ratings import source_of
from freshmark_datasets.published.sources import published
from freshmark_datasets.readers.options import Options


def movielens(
    size: str = "100k", *, path: str | Path | None = None, positive: float | None = None, task: Task = "rank"
) -> Source:
    """Ratings of films at movielens.org, 0.5 to 5; most users give all of theirs within a day.

    Args:
        size: 100k, 1m, 10m, 20m, 25m, 32m or latest-small.
        path: a local copy, instead of the download: the zip archive, or the ratings within it.
        positive: the least rating that makes an event; all ratings do where it is left out.
        task: rank, or rate.
    """
    file = published("movielens", size)
    options = Options(user=0, item=1, label=2, time=3, unit="s", repeats=False, positive=positive, task=task)
    return source_of(file, options, path=path)
