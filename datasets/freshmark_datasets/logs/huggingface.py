"""huggingface(): a data set of the Hugging Face hub as a stream."""

from __future__ import annotations

from typing import Any

from freshmark import DataError, Stream

from freshmark_datasets.extras import extra
from freshmark_datasets.logs.checked_options import check_options, options_of

BATCH = 100_000


def huggingface(
    path: str,
    name: str | None = None,
    *,
    split: str = "train",
    revision: str | None = None,
    data_files: str | None = None,
    **columns: object,
) -> Stream:
    """A data set of the Hugging Face hub, or local files, read by ``datasets`` (extra ``huggingface``).

    Data sets that run their own code are not loaded. The licence is stated on the hub; it is not known here.

    Args:
        path: of the data set on the hub, such as ``McAuley-Lab/Amazon-Reviews-2023``; or a format, ``parquet``,
            ``json`` or ``csv``, with ``data_files``.
        name: of its configuration.
        split: one of its splits.
        revision: a commit of the data set; the newest by default.
        data_files: path or pattern of the files.
        columns: any option of ``file``: ``user='user_id'``, ``unit='ms'`` …
    """
    options = options_of(**columns)
    check_options(options)
    dataset = _dataset(path, name, split=split, revision=revision, data_files=data_files)
    from freshmark_datasets.logs.loading import read  # noqa: PLC0415  (pyarrow and pandas)
    from freshmark_datasets.readers.column_batches import ColumnBatches  # noqa: PLC0415

    source = " ".join([path, *([name] if name else []), split])
    tables = dataset.with_format("arrow").iter(batch_size=BATCH)
    batches = ({column: table.column(column) for column in table.column_names} for table in tables)
    rows = ColumnBatches(dataset.column_names, batches, source=source, form="a data set of Hugging Face")
    about = {"source": source, "revision": revision or "not given: the newest on the hub", "licence": "see the hub"}
    return read([rows], options, name=source, about=about)


def _dataset(path: str, name: str | None, **options: Any) -> Any:
    """The split.

    Raises:
        DataError: the package is not installed, the data set or split does not exist, or the hub cannot be reached.
    """
    datasets = extra("datasets", "huggingface")
    try:
        dataset = datasets.load_dataset(path, name, **options)
    except Exception as error:  # the package raises its own, the hub's, fsspec's and pandas' errors
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise DataError(
            f"cannot be loaded: {lines[0][:300]}",
            where=path,
            remedy="a name and split that the hub has",
            code="FM225",
        ) from error
    if not hasattr(dataset, "with_format") or not hasattr(dataset, "column_names"):
        raise DataError(f"split={options['split']!r} is not one split", where=path, remedy="name one", code="FM225")
    return dataset
