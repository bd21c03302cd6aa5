"""item_table: what a second file says of the items, each value from the time on at which it is known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from freshmark import AnyArray, DataError, IntArray, Source, Stream, UsageError

from freshmark_datasets.logs.file import digest_of
from freshmark_datasets.readers.options import ROW, Options

Columns = Sequence[str | int]


def item_table(
    stream: Any,
    *,
    path: str,
    item: str | int | None = None,
    time: str | int | None = None,
    unit: str | None = None,
    numbers: Columns = (),
    words: Columns = (),
    text: str | int | None = None,
    buckets: int = 128,
    sep: str | None = None,
    header: bool | None = None,
) -> Source:
    """Adds what a table says of the items: price, brand, description, or a vector of numbers such as an embedding.

    Features ``item_numbers`` (k,) float32, ``item_words`` (k,) int32, hashed, and ``item_bag`` (``buckets``,) float32,
    counts of hashed words of the text. They belong to the item: no query of a rank stream shows them. Without ``time``
    a row is known from the first event of its item on. With ``time`` an item may have several rows: a query sees a
    value only if its row is older than the query, and ``run.item_features`` what was known when the item first
    appeared. What is not known, or not in the table, is 0, a word the empty one.

    Args:
        stream: any with items.
        path: of the table, in any format of ``file``.
        item: its column of item ids.
        time: its column of the times from which a row is known.
        unit: of that time, as in ``file``.
        numbers: columns of numbers.
        words: columns of categories.
        text: a column of texts.
        buckets: of ``item_bag``.
        sep: the separator of fields.
        header: whether the first line names the columns.
    """
    if not isinstance(stream, Stream | Source):
        remedy = "item_table(file('log.csv'), path='items.csv', numbers=['price'])"
        raise UsageError(f"item_table expects a stream, not {stream!r}", where="item_table", remedy=remedy)
    if not numbers and not words and text is None:
        raise UsageError("item_table has no columns", where="item_table", remedy="numbers=, words= or text=")
    if not isinstance(buckets, int) or buckets < 1:
        raise UsageError(f"buckets={buckets!r}", where="item_table", remedy="1 or more")
    columns: dict[str, Any] = {"item": item, "time": time, "text": text}
    columns |= {"numbers": tuple(numbers), "words": tuple(words), "sep": sep, "header": header}
    options = Options(**columns, unit=unit if time is not None else ROW, ids=("item",))
    file = Path(path).expanduser()

    everything = {"path": file.name, **columns, "unit": unit, "buckets": buckets}
    given = ", ".join(f"{name}={value!r}" for name, value in everything.items() if value not in (None, ()))

    def load() -> Stream:
        whole = stream.load() if isinstance(stream, Source) else stream
        code, known, values = _table(file, options, whole, buckets)
        if time is None:
            row = _only_row(code, whole, str(file))
            table = {name: _at(column, row) for name, column in values.items()}
            added: dict[str, Any] = {"item_features": {**whole.item_features, **table}}
        else:
            row = _newest(code, known, whole)
            table = {name: _at(column, row) for name, column in values.items()}
            of = {**whole.of, **dict.fromkeys(table, "item")}
            added = {"features": {**whole.features, **table}, "of": of}
        kind = "items" if time is None else "events"
        missing = f"{file.name}: nothing known for {int(np.sum(row < 0)):,} of {len(row):,} {kind}"
        name = f"item_table({whole.name}, {given})"
        return replace(whole, **added, name=name, about={**whole.about, "item table": missing})

    inner = stream.key if isinstance(stream, Source) else f"{stream.fingerprint} {stream.name}"
    key = hashlib.sha256(f"item_table 1 {given} {digest_of(file)} {inner}".encode("utf-8", "surrogatepass"))
    return Source(key.hexdigest(), load)


def _table(
    file: Path, options: Options, stream: Stream, buckets: int
) -> tuple[IntArray, IntArray, Mapping[str, AnyArray]]:
    """Of the table's rows about items of the stream: their codes, their times, and feature → (rows, …) values."""
    from freshmark_datasets.logs.columns import choose  # noqa: PLC0415  (pyarrow, which a cached stream does not need)
    from freshmark_datasets.logs.intake import Intake  # noqa: PLC0415
    from freshmark_datasets.readers.formats import reader_of  # noqa: PLC0415
    from freshmark_datasets.readers.rawtext import TextFile  # noqa: PLC0415

    intake, reader = Intake(options), reader_of(TextFile(file), options)
    intake.read(reader, choose(reader, options.columns, options.required)[0])
    time, _ = intake.time()
    codes, names = intake.columns["item"].codes()
    code_of = {stream.items[code].encode("utf-8", "surrogatepass"): code for code in range(len(stream.items))}
    code = np.array([code_of.get(name, -1) for name in names.to_pylist()], np.int64)[codes]
    rows = np.flatnonzero(code >= 0)
    values = {f"item_{name}": column for name, column in intake.features(rows).items() if name != "text"}
    if "text" in intake.columns:
        tokens = intake.columns["text"].values()[rows]
        bag = np.zeros((len(rows), buckets), np.float32)
        row, place = np.nonzero(tokens)
        np.add.at(bag, (row, tokens[row, place] % buckets), 1)
        values["item_bag"] = bag
    return code[rows], time[rows], values


def _only_row(code: IntArray, stream: Stream, where: str) -> IntArray:
    """(items,) the row of each item, −1 for none."""
    rows = np.full(len(stream.items), -1)
    rows[code] = np.arange(len(code))
    twice = np.flatnonzero(np.bincount(code, minlength=1) > 1)
    if len(twice):
        what = f"the item {stream.items[int(twice[0])]!r} has several rows"
        raise DataError(what, where=where, remedy="time=, the column of times from which a row is known", code="FM202")
    return rows


def _newest(code: IntArray, known: IntArray, stream: Stream) -> IntArray:
    """(n,) for each event the newest row of its item that a query after it may see, −1 for none.

    A query of the task rank does not show features of the item, so those of its own time come with the event, and are
    seen by later queries; a click or a rating is asked for with them, so they must be older.
    """
    moments = np.unique(known)
    before = np.searchsorted(moments, stream.time, "right" if stream.task == "rank" else "left")
    width = len(moments) + 1
    key = code * width + np.searchsorted(moments, known) + 1
    order = np.argsort(key, kind="stable")
    item = np.asarray(stream.item, np.int64)
    at = np.searchsorted(key[order], item * width + before, "right") - 1
    row = order[np.maximum(at, 0)] if len(order) else np.zeros(len(item), np.int64)
    found = (at >= 0) & (code[row] == item) if len(order) else np.zeros(len(item), np.bool_)
    newest: IntArray = np.where(found, row, -1)
    return newest


def _at(values: AnyArray, row: IntArray) -> AnyArray:
    """The values at these rows; 0 where there is none."""
    empty = np.zeros((1, *values.shape[1:]), values.dtype)
    return np.concatenate([values, empty])[row]
