"""Built-in streams: simulators and loaders.

``drift``, ``clicks`` and ``topics`` make streams of their own; ``file``, ``folder``, ``sql``, ``git`` and
``huggingface`` read anyone's log; the others read published ones, an entry each in ``freshmark_datasets.entries``,
and say where they come from.
"""

from __future__ import annotations

from collections.abc import Mapping

from freshmark.contract.hookspecs import Factory, hookimpl


@hookimpl
def register_datasets() -> Mapping[str, Factory]:
    """The streams that come with freshmark; what reads them is imported when one is asked for."""
    from freshmark_datasets.entries import ENTRIES  # noqa: PLC0415  (only where streams are looked up)
    from freshmark_datasets.named import Named  # noqa: PLC0415

    named = {name: Named(entry) for name, entry in ENTRIES.items()}
    return named | {
        "drift": "freshmark_datasets.drift:drift",
        "clicks": "freshmark_datasets.clicks:clicks",
        "topics": "freshmark_datasets.topics:topics",
        "file": "freshmark_datasets.file:file",
        "folder": "freshmark_datasets.folder:folder",
        "sql": "freshmark_datasets.sql:sql",
        "git": "freshmark_datasets.git:git",
        "huggingface": "freshmark_datasets.huggingface:huggingface",
        "movietweetings": "freshmark_datasets.movietweetings:movietweetings",
        "movielens": "freshmark_datasets.movielens:movielens",
        "spamassassin": "freshmark_datasets.dated:spamassassin",
        "hackernews": "freshmark_datasets.dated:hackernews",
        "digits": "freshmark_datasets.images:digits",
        "mnist": "freshmark_datasets.images:mnist",
        "images": "freshmark_datasets.images:images",
        "min_count": "freshmark_datasets.selecting:min_count",
        "deduplicate": "freshmark_datasets.selecting:deduplicate",
        "subsample": "freshmark_datasets.selecting:subsample",
        "clean": "freshmark_datasets.cleaning:clean",
        "merge": "freshmark_datasets.merging:merge",
        "sessionise": "freshmark_datasets.rewriting:sessionise",
        "normalise": "freshmark_datasets.rewriting:normalise",
        "relabel": "freshmark_datasets.rewriting:relabel",
        "time_shift": "freshmark_datasets.rewriting:time_shift",
        "anonymise": "freshmark_datasets.privacy:anonymise",
    }
