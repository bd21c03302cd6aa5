"""file(): a stream from a log file: separated text or JSON lines (also gzipped), parquet, npz, Excel."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from freshmark import DataError, Source, Stream, Task

from freshmark_datasets.logs.checked_options import OWNED, Columns, Only, check_options, check_paths, options_of
from freshmark_datasets.readers.options import Options

VERSION = 3
"""Of the loader; raised whenever the same file and options give another stream."""


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
    ids: Columns | None = None,
    numbers: Columns = (),
    words: Columns = (),
    context: Columns = (),
    of_user: Columns = (),
    of_item: Columns = (),
    log: bool = False,
    text: str | int | None = None,
    length: int = 64,
    only: Only = (),
    since: str | None = None,
    until: str | None = None,
    rows: int | None = None,
    form: str = "",
) -> Source:
    """A log that you have: text, JSON lines, parquet, npz or an Excel workbook.

    What is not given is detected, and reported in the stream's ``about``. An invalid row is an error with its line.
    Ids keep their text; times are sorted stably, so file order breaks ties.

    Args:
        path: the file, or several that follow each other.
        user: its column, by name or by index from 0.
        item: its column.
        time: its column.
        label: its column; needed for ``positive`` and for tasks other than ``rank``.
        unit: of time: ns, us, ms, s, min, h, d, iso, a pattern such as ``%d/%m/%Y %H:%M``, or ``row`` for a log
            without times, whose rows are then a second apart.
        positive: the lowest label that makes a row an event; other rows are left out.
        repeats: whether users come back to items.
        task: rank, click, rate or classify.
        sep: the separator of fields; ``whitespace`` for any run of blanks.
        header: whether the first line names the columns.
        skip_bad: leave invalid rows out, and count them.
        ids: which of ``user`` and ``item`` an event has; both by default, neither for ``classify``.
        numbers: columns of numbers; together the feature ``numbers``, float32; an empty value counts as 0.
        words: columns of any other type; together the feature ``words``, hashes of 32 bits.
        context: which of these columns belong to the request (hour, device): a query shows them.
        of_user: which belong to the user; they are also known by user.
        of_item: which belong to the item; they are known by item. On a rank stream, where the item is the answer, no
            query shows them, nor columns without an owner.
        log: numbers x become sign(x) · log(1 + |x|).
        text: a column of texts; the feature ``text``, hashes of their words, see docs/models.md.
        length: how many words of a text are used, from its start.
        only: ``('event', '^view$')``, or several such pairs: rows whose column matches the pattern of RE2.
        since: an ISO date; events before it are left out. Needs ``unit``.
        until: an ISO date; events at or after it are left out.
        rows: how many rows to read at most.
        form: ``python`` for a Python dictionary per line; ``events``, ``mind``, ``netflix`` and
            ``jodie`` are explained in docs/streams.md.
    """
    given = {name: value for name, value in locals().items() if name != "path"}
    paths = [Path(each).expanduser() for each in ([path] if isinstance(path, str | Path) else path)]
    options = options_of(**given)
    check_paths(paths)
    check_options(options)
    return Source(key=key_of(options, *map(digest_of, paths)), load=partial(_load, paths, options))


def key_of(options: Options, *digests: str) -> str:
    """A hash of everything that determines the stream: the files, the options, this code."""
    # Owners came later: a log without them keeps its key.
    given = {name: value for name, value in asdict(options).items() if value or name not in OWNED}
    text = json.dumps([VERSION, given, digests], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


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
    from freshmark_datasets.logs.loading import load  # noqa: PLC0415  (pyarrow and pandas, a second that a cached stream does not need)
    from freshmark_datasets.readers.rawtext import TextFile  # noqa: PLC0415

    return load([TextFile(path) for path in paths], options, name=paths[0].name, about={})


def digest_of_all(path: Path) -> str:
    """Sha256 of a file; of a folder, that of the names and digests of its files."""
    if not path.is_dir():
        return digest_of(path)
    files = sorted(file for file in path.rglob("*") if file.is_file())
    listed = "\n".join(f"{file.relative_to(path).as_posix()} {digest_of(file)}" for file in files)
    return hashlib.sha256(listed.encode("utf-8", "surrogatepass")).hexdigest()
