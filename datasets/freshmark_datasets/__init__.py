"""Built-in streams: simulators and loaders.

``drift`` and ``clicks`` make streams of their own; ``file`` reads anyone's log; ``movietweetings`` and ``movielens``
read published ones, and say where they come from.
"""

from __future__ import annotations

from collections.abc import Mapping

from freshmark.contract.hookspecs import Factory, hookimpl


@hookimpl
def register_datasets() -> Mapping[str, Factory]:
    """The streams that come with freshmark, each imported when it is first asked for."""
    return {
        "drift": "freshmark_datasets.drift:drift",
        "clicks": "freshmark_datasets.clicks:clicks",
        "file": "freshmark_datasets.file:file",
        "movietweetings": "freshmark_datasets.movietweetings:movietweetings",
        "movielens": "freshmark_datasets.movielens:movielens",
    }
