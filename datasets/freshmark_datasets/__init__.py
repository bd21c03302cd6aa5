"""Built-in streams: simulators and loaders.

``drift``, ``clicks`` and ``topics`` make streams of their own; ``file``, ``folder``, ``sql``, ``git`` and
``huggingface`` read anyone's log; the others read published ones,
an entry each in ``freshmark_datasets.published.entries``, and say where they come from.
"""

from __future__ import annotations

from collections.abc import Mapping

from freshmark import Factory, hookimpl


@hookimpl
def register_datasets() -> Mapping[str, Factory]:
    """The streams that come with freshmark; what reads them is imported when one is asked for."""
    from freshmark_datasets.published.entries import ENTRIES  # noqa: PLC0415  (only where streams are looked up)
    from freshmark_datasets.published.named import Named  # noqa: PLC0415

    named = {name: Named(entry) for name, entry in ENTRIES.items()}
    return named | {
        "drift": "freshmark_datasets.simulators.interactions.drift:drift",
        "clicks": "freshmark_datasets.simulators.clicks.click_stream:clicks",
        "topics": "freshmark_datasets.simulators.documents.topics:topics",
        "file": "freshmark_datasets.logs.file:file",
        "folder": "freshmark_datasets.logs.folder:folder",
        "sql": "freshmark_datasets.logs.sql:sql",
        "git": "freshmark_datasets.logs.git:git",
        "huggingface": "freshmark_datasets.logs.huggingface:huggingface",
        "movietweetings": "freshmark_datasets.published.movietweetings:movietweetings",
        "movielens": "freshmark_datasets.published.movielens:movielens",
        "spamassassin": "freshmark_datasets.published.dated:spamassassin",
        "hackernews": "freshmark_datasets.published.dated:hackernews",
        "digits": "freshmark_datasets.published.images:digits",
        "mnist": "freshmark_datasets.published.images:mnist",
        "images": "freshmark_datasets.published.images:images",
        "min_count": "freshmark_datasets.transforms.selecting:min_count",
        "deduplicate": "freshmark_datasets.transforms.selecting:deduplicate",
        "subsample": "freshmark_datasets.transforms.selecting:subsample",
        "clean": "freshmark_datasets.transforms.cleaning:clean",
        "merge": "freshmark_datasets.transforms.merging:merge",
        "sessionise": "freshmark_datasets.transforms.rewriting:sessionise",
        "normalise": "freshmark_datasets.transforms.rewriting:normalise",
        "relabel": "freshmark_datasets.transforms.rewriting:relabel",
        "time_shift": "freshmark_datasets.transforms.rewriting:time_shift",
        "anonymise": "freshmark_datasets.transforms.anonymising:anonymise",
    }
