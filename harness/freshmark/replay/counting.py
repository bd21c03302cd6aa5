"""Counts over a stream: the earlier events of a user or an item, and the items with the most events."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from freshmark.contract.arrays import AnyArray, BoolArray, IntArray

HEAD_SHARE = 0.2
"""The head is this share of the known items, those with the most events so far."""


def earlier_events(code: AnyArray, time: IntArray, codes: int) -> tuple[NDArray[np.int32], IntArray, IntArray]:
    """How many events of the same code lie before each event's time; events by code; where each code starts."""
    order = np.argsort(code, kind="stable")
    by_code, by_time = code[order], time[order]
    starts = np.searchsorted(by_code, np.arange(codes), "left")
    place = np.arange(len(code))
    new = np.ones(len(code), np.bool_)
    new[1:] = (by_code[1:] != by_code[:-1]) | (by_time[1:] != by_time[:-1])
    run_start = np.maximum.accumulate(np.where(new, place, 0))
    earlier = np.empty(len(code), np.int32)
    earlier[order] = run_start - starts[by_code]
    return earlier, order, starts


def head_of(counts: IntArray) -> BoolArray:
    """The ⌈share · m⌉ items with the most events; ties go to the item that came first."""
    head = np.zeros(len(counts), np.bool_)
    size = int(np.ceil(HEAD_SHARE * len(counts)))
    if size:
        least = np.partition(counts, len(counts) - size)[len(counts) - size]
        head[counts > least] = True
        head[np.flatnonzero(counts == least)[: size - int(head.sum())]] = True
    return head
