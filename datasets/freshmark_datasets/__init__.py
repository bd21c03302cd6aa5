"""Built-in streams: simulators and loaders.

``simulators`` generate streams, ``logs`` read a user's own, ``published`` reads public ones (an entry each in
``published.entries``), and ``transforms`` derive a stream from others.
"""

from __future__ import annotations

from collections.abc import Mapping

from freshmark import Factory, hookimpl


@hookimpl
def register_datasets() -> Mapping[str, Factory]:
    """The streams that come with freshmark; their code is imported on first use."""
    from freshmark_datasets.published.entries import ENTRIES  # noqa: PLC0415  (only where streams are looked up)
    from freshmark_datasets.published.entry_loader import EntryLoader  # noqa: PLC0415

    published = {name: EntryLoader(entry) for name, entry in ENTRIES.items()}
    return published | {
        "drift": "freshmark_datasets.simulators.interactions.drift:drift",
        "clicks": "freshmark_datasets.simulators.clicks.click_stream:clicks",
        "topics": "freshmark_datasets.simulators.documents.topics:topics",
        "file": "freshmark_datasets.logs.file:file",
        "folder": "freshmark_datasets.logs.folder:folder",
        "sql": "freshmark_datasets.logs.sql:sql",
        "huggingface": "freshmark_datasets.logs.huggingface:huggingface",
        "spamassassin": "freshmark_datasets.published.labelled_texts:spamassassin",
        "hackernews": "freshmark_datasets.published.labelled_texts:hackernews",
        "digits": "freshmark_datasets.published.images:digits",
        "mnist": "freshmark_datasets.published.images:mnist",
        "images": "freshmark_datasets.published.images:images",
        "min_count": "freshmark_datasets.transforms.selecting:min_count",
        "deduplicate": "freshmark_datasets.transforms.selecting:deduplicate",
        "subsample": "freshmark_datasets.transforms.selecting:subsample",
        "clean": "freshmark_datasets.transforms.cleaning:clean",
        "merge": "freshmark_datasets.transforms.merging:merge",
        "sessionise": "freshmark_datasets.transforms.rewriting:sessionise",
        "item_table": "freshmark_datasets.logs.item_table:item_table",
        "normalise": "freshmark_datasets.transforms.rewriting:normalise",
        "relabel": "freshmark_datasets.transforms.rewriting:relabel",
        "time_shift": "freshmark_datasets.transforms.rewriting:time_shift",
        "anonymise": "freshmark_datasets.transforms.anonymising:anonymise",
    }
