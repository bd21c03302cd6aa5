"""folder(): a log in several files, JSON lines, text or parquet, in a folder or an archive."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from freshmark import DataError, Source, Stream, UsageError

from freshmark_datasets.logs.checked_options import check_options, options_of
from freshmark_datasets.logs.file import digest_of_all, key_of
from freshmark_datasets.readers.options import ROW, Options


def folder(path: str | Path, parts: str = "*", *, each_days: float | None = None, **columns: object) -> Source:
    """A log in several files, as a data warehouse exports it: text, JSON lines or parquet in a folder or archive.

    Files follow each other in the order of the numbers in their names, ``part-10`` after ``part-9``; they need not be
    sorted by time. Archives are not unpacked to disk; parquet within an archive is not read.

    Args:
        path: the folder, or a zip or tar archive.
        parts: pattern of the file names, such as ``*.jsonl`` or ``2017*/*.parquet``.
        each_days: where files have no times: the days that each covers, over which its rows are spread evenly.
        columns: any option of ``file``, such as ``user='u'``, ``unit='ms'`` or ``only=('event', '^view$')``.
    """
    root = Path(path).expanduser()
    given: dict[str, Any] = dict(columns)
    if each_days is not None:
        if isinstance(each_days, bool) or not isinstance(each_days, int | float) or not 0 < each_days < 36_500:  # noqa: PLR2004
            raise UsageError(f"each_days={each_days!r}", where="each_days", remedy="a number of days above 0")
        given |= {"unit": ROW, "each": round(each_days * 86_400e6)}
    options = options_of(**given)
    check_options(options)
    if not root.exists():
        raise DataError("no such folder", where=str(root), remedy="the path of a folder or an archive", code="FM210")
    return Source(key_of(options, parts, digest_of_all(root)), partial(_load, root, parts, options))


def _load(root: Path, parts: str, options: Options) -> Stream:
    from freshmark_datasets.logs.loading import load  # noqa: PLC0415  (pyarrow and pandas, which a cached stream does not need)
    from freshmark_datasets.readers.text_files import text_files_of  # noqa: PLC0415

    return load(text_files_of([root], parts), options, name=root.name, about={"parts": parts})
