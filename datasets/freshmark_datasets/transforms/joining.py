"""Joining: what becomes of each column where streams are merged."""

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
    places: for each stream (its codes,) int64, the code in the result
    matched: how many are in more than one stream
    """

    codes: AnyArray
    names: Vocabulary
    places: tuple[IntArray, ...]
    matched: int


def joined(parts: Sequence[tuple[AnyArray, Vocabulary]], prefixes: Sequence[str] | None, order: IntArray) -> Joined:
    """One vocabulary of several.

    Args:
        parts: of each stream its codes and its ids.
        prefixes: of each stream, before its ids; None: as they are, so that one id is one.
        order: (n,) of the events, one stream after the other, in the result.
    """
    row: dict[str, int] = {}
    rows = [
        np.array([row.setdefault(f"{prefix}{name}", len(row)) for name in names], np.int64)
        for prefix, (_, names) in zip(prefixes or [""] * len(parts), parts, strict=True)
    ]
    each = np.concatenate([mine[np.asarray(codes)] for mine, (codes, _) in zip(rows, parts, strict=True)])
    codes, old = coded(each[order], len(row))
    ids = list(row)
    code = np.argsort(old)
    matched = int(np.count_nonzero(np.bincount(np.concatenate(rows)) > 1))
    return Joined(codes, Vocabulary.of(ids[one] for one in old), tuple(code[mine] for mine in rows), matched)


Columns: TypeAlias = tuple[AnyArray | None, AnyArray | None, AnyArray | None]


def columns(streams: Mapping[str, Stream]) -> tuple[Columns, list[str]]:
    """Label, oracle and label_delay, one stream after the other or None; and what is left out, and why."""
    parts = list(streams.values())
    label, oracle = _all([one.label for one in parts]), _all([one.oracle for one in parts])
    left_out = [*_missing(streams, "label"), *_missing(streams, "oracle")]
    if oracle is not None and parts[0].task == "rank":
        oracle = None
        left_out.append("oracle (its ranks are among the items of one stream)")
    late = [np.zeros(len(one), np.int64) if one.label_delay is None else one.label_delay for one in parts]
    delayed = any(one.label_delay is not None for one in parts)
    return (label, oracle, np.concatenate(late) if delayed else None), left_out


def _missing(streams: Mapping[str, Stream], name: str) -> list[str]:
    """That some have the column and others do not."""
    having = [domain for domain, one in streams.items() if getattr(one, name) is not None]
    return [f"{name} (only in {', '.join(having)})"] if 0 < len(having) < len(streams) else []


def features(streams: Mapping[str, Stream]) -> tuple[dict[str, AnyArray], list[str]]:
    """Those that all have, of one kind and shape, one stream after the other; and those left out, and why."""
    kept, left_out = {}, []
    for name in dict.fromkeys(name for one in streams.values() for name in one.features):
        having = {domain: one.features[name] for domain, one in streams.items() if name in one.features}
        kinds = {domain: f"{column.dtype.kind}{column.shape[1:]}" for domain, column in having.items()}
        if len(having) < len(streams):
            left_out.append(f"feature {name} (only in {', '.join(having)})")
        elif len(set(kinds.values())) > 1:
            shapes = ", ".join(f"{domain} {column.dtype}{column.shape[1:]}" for domain, column in having.items())
            left_out.append(f"feature {name} ({shapes})")
        else:
            kept[name] = np.concatenate(list(having.values()))
    return kept, left_out


def spans(streams: Mapping[str, Stream]) -> dict[str, str]:
    """What each stream brings, and when: streams whose times do not overlap have little to tell each other."""
    return {
        f"merge of {domain}": f"{len(one):,} events, {_day(one.time[0])} to {_day(one.time[-1])}"
        for domain, one in streams.items()
    }


def _all(each: Sequence[AnyArray | None]) -> AnyArray | None:
    there = [column for column in each if column is not None]
    return np.concatenate(there) if len(there) == len(each) else None


def _day(time: np.int64) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(time))).strftime("%Y-%m-%d")
