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
    """A data set of the Hugging Face hub, or of a folder of yours, read by ``datasets``, the extra ``huggingface``.

    Data sets that need to run code of their own are not loaded. Look at the licence on the hub: it is not known here.

    Args:
        path: of the data set on the hub, such as ``McAuley-Lab/Amazon-Reviews-2023``; or a form, ``parquet``, ``json``
            or ``csv``, with ``data_files``.
        name: of its configuration.
        split: which part of it.
        revision: a commit of the data set; without one, what the hub has today.
        data_files: path or pattern of the files.
        columns: any option of ``file``: ``user='user_id'``, ``unit='ms'`` …
    """
    options = options_of(**columns)
    check_options(options)
    found = _found(path, name, split=split, revision=revision, data_files=data_files)
    from freshmark_datasets.logs.loading import read  # noqa: PLC0415  (pyarrow and pandas)
    from freshmark_datasets.readers.column_batches import ColumnBatches  # noqa: PLC0415

    source = " ".join([path, *([name] if name else []), split])
    tables = found.with_format("arrow").iter(batch_size=BATCH)
    batches = ({column: table.column(column) for column in table.column_names} for table in tables)
    rows = ColumnBatches(found.column_names, batches, source=source, form="a data set of Hugging Face")
    about = {"source": source, "revision": revision or "not told: what the hub had", "licence": "see the hub"}
    return read([rows], options, name=source, about=about)


def _found(path: str, name: str | None, **told: Any) -> Any:
    """The split.

    Raises:
        DataError: the package is not installed, there is no such data set or split, or the hub cannot be reached.
    """
    datasets = extra("datasets", "huggingface")
    try:
        found = datasets.load_dataset(path, name, **told)
    except Exception as error:  # the package raises its own, the hub's, fsspec's and pandas' errors
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise DataError(
            f"cannot be loaded: {said[0][:300]}",
            where=path,
            remedy="the name and split as the hub has them",
            code="FM225",
        ) from error
    if not hasattr(found, "with_format") or not hasattr(found, "column_names"):
        raise DataError(f"split={told['split']!r} is no single split", where=path, remedy="name one", code="FM225")
    return found
