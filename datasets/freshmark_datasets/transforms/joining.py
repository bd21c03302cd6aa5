"""Joining: how the columns of several streams become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import numpy as np
from freshmark import AnyArray, IntArray, Stream, Vocabulary

from freshmark_datasets.coding import coded


@dataclass(frozen=True, slots=True)
class Joined:
    """Users, or items, of several streams.

    codes: (n,) int32, in the order of the result
    names: code → id
    recoding: for each stream (its codes,) int64, the code in the result
    matched: how many occur in more than one stream
    """

    codes: AnyArray
    names: Vocabulary
    recoding: tuple[IntArray, ...]
    matched: int


def joined(parts: Sequence[tuple[AnyArray, Vocabulary]], prefixes: Sequence[str] | None, order: IntArray) -> Joined:
    """One vocabulary from several.

    Args:
        parts: for each stream its codes and its ids.
        prefixes: for each stream, put before its ids; None: ids are unchanged, so equal ids are one user or item.
        order: (n,) order of the concatenated events in the result.
    """
    rows: dict[str, int] = {}
    by_stream = [
        np.array([rows.setdefault(f"{prefix}{name}", len(rows)) for name in names], np.int64)
        for prefix, (_, names) in zip(prefixes or [""] * len(parts), parts, strict=True)
    ]
    all_rows = np.concatenate([own[np.asarray(codes)] for own, (codes, _) in zip(by_stream, parts, strict=True)])
    codes, old = coded(all_rows[order], len(rows))
    ids = list(rows)
    code = np.argsort(old)
    matched = int(np.count_nonzero(np.bincount(np.concatenate(by_stream)) > 1))
    return Joined(codes, Vocabulary.of(ids[row] for row in old), tuple(code[own] for own in by_stream), matched)


Columns: TypeAlias = tuple[AnyArray | None, AnyArray | None, AnyArray | None]


def columns(streams: Mapping[str, Stream]) -> tuple[Columns, list[str]]:
    """Label, oracle and label_delay, concatenated or None; and what is left out, and why."""
    parts = list(streams.values())
    label, oracle = _all([stream.label for stream in parts]), _all([stream.oracle for stream in parts])
    left_out = [*_missing(streams, "label"), *_missing(streams, "oracle")]
    if oracle is not None and parts[0].task == "rank":
        oracle = None
        left_out.append("oracle (its ranks count the items of one stream)")
    delays = [np.zeros(len(stream), np.int64) if stream.label_delay is None else stream.label_delay for stream in parts]
    delayed = any(stream.label_delay is not None for stream in parts)
    return (label, oracle, np.concatenate(delays) if delayed else None), left_out


def _missing(streams: Mapping[str, Stream], name: str) -> list[str]:
    """The column, if some streams have it and others do not."""
    having = [domain for domain, stream in streams.items() if getattr(stream, name) is not None]
    return [f"{name} (only in {', '.join(having)})"] if 0 < len(having) < len(streams) else []


def features(streams: Mapping[str, Stream]) -> tuple[dict[str, AnyArray], list[str]]:
    """The features that all streams have with one type and shape, concatenated; and those left out, and why."""
    common, left_out = {}, []
    for name in dict.fromkeys(name for stream in streams.values() for name in stream.features):
        having = {domain: stream.features[name] for domain, stream in streams.items() if name in stream.features}
        kinds = {domain: f"{column.dtype.kind}{column.shape[1:]}" for domain, column in having.items()}
        if len(having) < len(streams):
            left_out.append(f"feature {name} (only in {', '.join(having)})")
        elif len(set(kinds.values())) > 1:
            shapes = ", ".join(f"{domain} {column.dtype}{column.shape[1:]}" for domain, column in having.items())
            left_out.append(f"feature {name} ({shapes})")
        else:
            common[name] = np.concatenate(list(having.values()))
    return common, left_out


def spans(streams: Mapping[str, Stream]) -> dict[str, str]:
    """Events and dates of each stream: streams whose times do not overlap can hardly help each other."""
    return {
        f"merge of {domain}": f"{len(stream):,} events, {_day(stream.time[0])} to {_day(stream.time[-1])}"
        for domain, stream in streams.items()
    }


def _all(columns: Sequence[AnyArray | None]) -> AnyArray | None:
    present = [column for column in columns if column is not None]
    return np.concatenate(present) if len(present) == len(columns) else None


def _day(time: np.int64) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(time))).strftime("%Y-%m-%d")
