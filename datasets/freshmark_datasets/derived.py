"""Derived streams: what a transform makes of another stream, coded anew, with a key of both."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from freshmark.contract.arrays import AnyArray, IntArray
from freshmark.contract.stream import Source, Stream
from freshmark.contract.vocabulary import Vocabulary
from freshmark.errors import DataError

from freshmark_datasets.coding import coded

VERSION = 1
"""Of the transforms: another number wherever one expression gives another stream than before."""

Given: TypeAlias = Stream | Source
"""What a transform takes: a stream, or what will load one."""


def derived(stream: Given, transform: str, change: Callable[[Stream], Stream], **options: Any) -> Source:
    """What will load the changed stream; its key is made of that of the stream and of the options.

    Args:
        stream: what is changed.
        transform: name of the transform.
        change: gives the changed stream.
        options: of the transform.
    """
    inner = stream.key if isinstance(stream, Source) else f"{stream.fingerprint} {stream.name}"
    written = ", ".join(f"{name}={value!r}" for name, value in options.items())
    key = hashlib.sha256(f"{transform} {VERSION} {written} {inner}".encode()).hexdigest()

    def load() -> Stream:
        before = stream.load() if isinstance(stream, Source) else stream
        after = change(before)
        told = f"{transform}({written}): {len(after):,} of {len(before):,} events"
        name = f"{transform}({', '.join(filter(None, [before.name, written]))})"
        return replace(after, name=name, about={**before.about, f"transform {transform}": told})

    return Source(key, load)


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
    user, users = recoded(np.asarray(stream.user)[rows], stream.users)
    item, items = recoded(np.asarray(stream.item)[rows], stream.items)

    def of(column: AnyArray | None) -> Any:
        return None if column is None else np.asarray(column)[rows]

    return replace(
        stream,
        time=np.asarray(stream.time)[rows],
        user=user,
        item=item,
        users=users,
        items=items,
        label=of(stream.label),
        features={name: of(column) for name, column in stream.features.items()},
        oracle=of(stream.oracle),
        label_delay=of(stream.label_delay),
        drifts=tuple(replace(one, users=(), items=()) for one in stream.drifts),
    )


def recoded(codes: AnyArray, names: Vocabulary) -> tuple[AnyArray, Vocabulary]:
    """Codes in order of first appearance, and the names of those that occur."""
    new, old = coded(codes.astype(np.int64), len(names))
    return new, Vocabulary.of(names[int(code)] for code in old)


def occurrence(codes: IntArray) -> IntArray:
    """(n,) how many rows before each have its code."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    begin = np.searchsorted(ordered, ordered, "left")
    place = np.empty(len(codes), np.int64)
    place[order] = np.arange(len(codes)) - begin
    return place
