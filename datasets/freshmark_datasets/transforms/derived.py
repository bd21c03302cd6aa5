"""Derived streams: what a transform makes of other streams, coded anew, with a key of all.

Whatever a transform decides of an event depends on that event and those before it in the stream, so that a stream cut
at any time and then transformed is the transformed stream, cut.
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
"""Of the transforms: another number wherever one expression gives another stream than before."""

Given: TypeAlias = Stream | Source
"""What a transform takes: a stream, or what will load one."""


def derived(stream: Given, transform: str, change: Callable[[Stream], Stream], **options: Any) -> Source:
    """What will load the changed stream; its key is made of that of the stream and of the options.

    Args:
        stream: what is changed.
        transform: name of the transform.
        change: gives the changed stream; what it adds to ``about`` stays.
        options: of the transform.
    """
    return combined([stream], transform, lambda streams: change(streams[0]), **options)


def combined(
    streams: Sequence[Given], transform: str, change: Callable[[Sequence[Stream]], Stream], **options: Any
) -> Source:
    """What will load one stream made of several, as ``derived``.

    Raises:
        UsageError: one of them is no stream.
    """
    _check_given(streams, transform)
    inner = "\0".join(key_of(one) for one in streams)
    written = ", ".join(f"{name}={value!r}" for name, value in options.items())
    key = hashlib.sha256(f"{transform} {VERSION} {written} {inner}".encode("utf-8", "surrogatepass")).hexdigest()

    def load() -> Stream:
        before = [one.load() if isinstance(one, Source) else one for one in streams]
        after = change(before)
        told = f"{transform}({written}): {len(after):,} of {sum(map(len, before)):,} events"
        name = f"{transform}({', '.join(filter(None, [*(one.name for one in before), written]))})"
        return replace(after, name=name, about=noted(after.about, f"transform {transform}", told))

    return Source(key, load)


def key_of(stream: Given) -> str:
    """What tells the stream from others, without loading it."""
    return stream.key if isinstance(stream, Source) else f"{stream.fingerprint} {stream.name}"


def _check_given(streams: Sequence[object], transform: str) -> None:
    for one in streams:
        if not isinstance(one, Stream | Source):
            remedy = f"{transform}(movietweetings())"
            raise UsageError(f"{transform} is given {one!r} in the place of a stream", where=transform, remedy=remedy)


def noted(about: Mapping[str, str], what: str, told: str) -> dict[str, str]:
    """What is told of a stream and this; where the same was told before, it is numbered."""
    number = 1 + sum(one == what or one.startswith(f"{what}, again ") for one in about)
    return {**about, what if number == 1 else f"{what}, again {number}": told}


def only(stream: Stream, rows: AnyArray) -> Stream:
    """The events at these rows, in order; users and items that are left are coded anew.

    Args:
        stream: any.
        rows: (n,) bool.

    Raises:
        DataError: none is left.
    """
    if not rows.any():
        raise DataError("the transform leaves no events", where=stream.name, remedy="weaker conditions", code="FM201")
    return taken(stream, np.flatnonzero(rows))


def taken(stream: Stream, rows: IntArray, **instead: Any) -> Stream:
    """The events at these rows, in the order of the rows; users and items that are left are coded anew.

    Args:
        stream: any.
        rows: (m,) which events.
        instead: fields of the result that are not those of the stream.

    The oracle of a ranking is kept only with every event: its ranks are among the items that the stream has shown.
    """
    user, users, user_features = recoded(np.asarray(stream.user)[rows], stream.users, stream.user_features)
    item, items, item_features = recoded(np.asarray(stream.item)[rows], stream.items, stream.item_features)

    def of(column: AnyArray | None) -> Any:
        return None if column is None else np.asarray(column)[rows]

    known = len(rows) == len(stream) or stream.task != "rank"
    kept: dict[str, Any] = {
        "time": of(stream.time),
        "user": user,
        "item": item,
        "users": users,
        "items": items,
        "user_features": user_features,
        "item_features": item_features,
        "label": of(stream.label),
        "features": {name: of(column) for name, column in stream.features.items()},
        "oracle": of(stream.oracle) if known else None,
        "label_delay": of(stream.label_delay),
        "drifts": tuple(replace(one, users=(), items=()) for one in stream.drifts),
        "about": {what: told for what, told in stream.about.items() if known or what != "oracle"},
    }
    return replace(stream, **(kept | instead))


def recoded(
    codes: AnyArray, names: Vocabulary, table: Mapping[str, AnyArray]
) -> tuple[AnyArray, Vocabulary, dict[str, AnyArray]]:
    """Codes in order of first appearance, with the names and the table of those that occur."""
    new, old = coded(codes.astype(np.int64), len(names))
    rows = {name: np.asarray(column)[old] for name, column in table.items()}
    return new, Vocabulary.of(names[int(code)] for code in old), rows


def occurrence(codes: IntArray) -> IntArray:
    """(n,) how many rows before each have its code."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    begin = np.searchsorted(ordered, ordered, "left")
    place = np.empty(len(codes), np.int64)
    place[order] = np.arange(len(codes)) - begin
    return place
