"""Derived streams: the result of a transform, with new codes, and a key that covers its inputs and options.

What a transform decides about an event depends on that event and earlier ones alone, so that a stream cut at any time
and then transformed equals the transformed stream, cut.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from freshmark import AnyArray, DataError, IntArray, Source, Stream, UsageError, Vocabulary

from freshmark_datasets.coding import coded

VERSION = 3
"""Of the transforms; raised whenever an expression gives another stream than before."""

StreamLike: TypeAlias = Stream | Source
"""What a transform takes: a stream, or a source that loads one."""


def derived(stream: StreamLike, transform: str, change: Callable[[Stream], Stream], **options: Any) -> Source:
    """A source of the changed stream; its key combines the stream's key and the options.

    What ``change`` adds to ``about`` is kept.
    """
    return combined([stream], transform, lambda streams: change(streams[0]), **options)


def combined(
    streams: Sequence[StreamLike], transform: str, change: Callable[[Sequence[Stream]], Stream], **options: Any
) -> Source:
    """A source of one stream derived from several, like ``derived``.

    Raises:
        UsageError: one of them is not a stream.
    """
    _check_streams(streams, transform)
    inner = "\0".join(key_of(stream) for stream in streams)
    written = ", ".join(f"{name}={value!r}" for name, value in options.items())
    key = hashlib.sha256(f"{transform} {VERSION} {written} {inner}".encode("utf-8", "surrogatepass")).hexdigest()

    def load() -> Stream:
        before = [stream.load() if isinstance(stream, Source) else stream for stream in streams]
        after = change(before)
        text = f"{transform}({written}): {len(after):,} of {sum(map(len, before)):,} events"
        name = f"{transform}({', '.join(filter(None, [*(stream.name for stream in before), written]))})"
        return replace(after, name=name, about=noted(after.about, f"transform {transform}", text))

    return Source(key, load)


def key_of(stream: StreamLike) -> str:
    """The key of a stream, without loading it."""
    return stream.key if isinstance(stream, Source) else f"{stream.fingerprint} {stream.name}"


def _check_streams(streams: Sequence[object], transform: str) -> None:
    for stream in streams:
        if not isinstance(stream, Stream | Source):
            remedy = f"{transform}(movietweetings())"
            raise UsageError(f"{transform} expects a stream, not {stream!r}", where=transform, remedy=remedy)


def noted(about: Mapping[str, str], what: str, text: str) -> dict[str, str]:
    """The facts about a stream and one more; a name that is taken already gets a number."""
    number = 1 + sum(name == what or name.startswith(f"{what}, again ") for name in about)
    return {**about, what if number == 1 else f"{what}, again {number}": text}


def only(stream: Stream, rows: AnyArray) -> Stream:
    """The events where ``rows`` (n,) is true; users and items get new codes.

    Raises:
        DataError: no event is selected.
    """
    if not rows.any():
        raise DataError("the transform leaves no events", where=stream.name, remedy="weaker conditions", code="FM201")
    return rows_of(stream, np.flatnonzero(rows))


def rows_of(stream: Stream, rows: IntArray, **replaced: Any) -> Stream:
    """The events at these rows, in the order of ``rows``; users and items get new codes.

    ``replaced``: fields of the result that differ from the stream's.
    The oracle of a ranking is kept only if no event is dropped: its ranks count the items that the stream has shown.
    """
    user, users, user_features = recoded(np.asarray(stream.user)[rows], stream.users, stream.user_features)
    item, items, item_features = recoded(np.asarray(stream.item)[rows], stream.items, stream.item_features)

    def of(column: AnyArray | None) -> Any:
        return None if column is None else np.asarray(column)[rows]

    oracle_holds = len(rows) == len(stream) or stream.task != "rank"
    fields: dict[str, Any] = {
        "time": of(stream.time),
        "user": user,
        "item": item,
        "users": users,
        "items": items,
        "user_features": user_features,
        "item_features": item_features,
        "label": of(stream.label),
        "features": {name: of(column) for name, column in stream.features.items()},
        "oracle": of(stream.oracle) if oracle_holds else None,
        "label_delay": of(stream.label_delay),
        "drifts": tuple(replace(drift, users=(), items=()) for drift in stream.drifts),
        "about": {name: text for name, text in stream.about.items() if oracle_holds or name != "oracle"},
    }
    return replace(stream, **(fields | replaced))


def recoded(
    codes: AnyArray, names: Vocabulary, table: Mapping[str, AnyArray]
) -> tuple[AnyArray, Vocabulary, dict[str, AnyArray]]:
    """Codes in order of first appearance, with the names and the table of those that occur."""
    new, old = coded(codes.astype(np.int64), len(names))
    rows = {name: np.asarray(column)[old] for name, column in table.items()}
    return new, Vocabulary.of(names[int(code)] for code in old), rows


def occurrence(codes: IntArray) -> IntArray:
    """(n,) how many earlier rows have the same code."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    begin = np.searchsorted(ordered, ordered, "left")
    number = np.empty(len(codes), np.int64)
    number[order] = np.arange(len(codes)) - begin
    return number
