"""A stream from anyone's log: csv, tsv, ``::``, whitespace, JSON lines (each also gzipped), parquet, npz."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from freshmark.contract.arrays import TASKS, Task
from freshmark.contract.stream import Source, Stream
from freshmark.errors import DataError, UsageError

from freshmark_datasets.logoptions import Options
from freshmark_datasets.units import UNITS

VERSION = 1
"""Of the loader: changes whenever the same file and options would give another stream."""


def file(
    path: str | Path | Sequence[str | Path],
    *,
    user: str | int | None = None,
    item: str | int | None = None,
    time: str | int | None = None,
    label: str | int | None = None,
    unit: str | None = None,
    positive: float | None = None,
    repeats: bool | None = None,
    task: Task = "rank",
    sep: str | None = None,
    header: bool | None = None,
    skip_bad: bool = False,
) -> Source:
    """A log that you have: text, JSON lines, parquet or npz.

    What is not told is found out, and stands in the stream's ``about``. A row that cannot be read is an error with
    its line. Ids are kept as the text that they are; times are sorted stably, so file order breaks ties.

    Args:
        path: the file, or several that follow each other.
        user: its column, by name or by index from 0.
        item: its column.
        time: its column.
        label: its column; needed for ``positive`` and for tasks other than ``rank``.
        unit: of time: ns, us, ms, s, min, h, d or iso.
        positive: the least label that makes a row an event; the others are left out.
        repeats: whether users come back to items.
        task: rank, click, rate or classify.
        sep: what separates fields; ``whitespace`` for any run of blanks.
        header: whether the first line names the columns.
        skip_bad: leave rows out that cannot be read, and count them.
    """
    paths = [Path(one).expanduser() for one in ([path] if isinstance(path, str | Path) else path)]
    options = Options(
        user=user,
        item=item,
        time=time,
        label=label,
        unit={"µs": "us", "μs": "us"}.get(unit or "", unit),
        positive=positive,
        repeats=repeats,
        task=task,
        sep=sep,
        header=header,
        skip_bad=skip_bad,
    )
    check_options(options, paths)
    return Source(key=key_of(options, *map(digest_of, paths)), load=partial(_load, paths, options))


def check_options(options: Options, paths: Sequence[Path]) -> None:
    """Refuse what cannot be meant, before anything is read.

    Raises:
        UsageError: an option has a value that it cannot have.
    """
    if not paths:
        raise UsageError("no path", where="path", remedy="the file to read")
    for role in ("user", "item", "time", "label"):
        column = getattr(options, role)
        if column is not None and (isinstance(column, bool) or not isinstance(column, str | int)):
            raise UsageError(f"{role}={column!r}", where=role, remedy="the name of a column, or its index from 0")
    if options.task not in TASKS:
        raise UsageError(f"no task {options.task!r}", where="task", remedy=f"one of {', '.join(TASKS)}")
    if options.unit is not None and options.unit not in UNITS:
        raise UsageError(f"no unit {options.unit!r}", where="unit", remedy=f"one of {', '.join(UNITS)}")
    if options.sep is not None and not (isinstance(options.sep, str) and options.sep.isascii() and options.sep):
        raise UsageError(f"sep={options.sep!r}", where="sep", remedy="one or more ASCII characters, or 'whitespace'")
    if options.sep is not None and set(options.sep) & set('\n\r"\0'):
        raise UsageError(f"sep={options.sep!r}", where="sep", remedy="no quote and no line end")
    _check_positive(options)


def _check_positive(options: Options) -> None:
    least = options.positive
    if least is None:
        return
    if isinstance(least, bool) or not isinstance(least, int | float) or not math.isfinite(least):
        raise UsageError(f"positive={least!r}", where="positive", remedy="the least label that counts")
    if options.task != "rank":
        raise UsageError(
            f"positive= makes events of labels, task {options.task!r} predicts them",
            where="positive",
            remedy="one of both",
        )


def key_of(options: Options, *digests: str) -> str:
    """Changes whenever the stream would: the files, what was told of them, this code."""
    told = json.dumps([VERSION, asdict(options), digests], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def digest_of(path: Path) -> str:
    """Sha256 of a file's bytes.

    Raises:
        DataError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(
            f"cannot be read: {reason}", where=str(path), remedy="the path of a file", code="FM210"
        ) from error


def _load(paths: Sequence[Path], options: Options) -> Stream:
    from freshmark_datasets.loading import load  # noqa: PLC0415  (pyarrow and pandas, a second that a kept stream does not need)
    from freshmark_datasets.reading.rawtext import TextFile  # noqa: PLC0415

    return load([TextFile(path) for path in paths], options, name=paths[0].name, about={})
