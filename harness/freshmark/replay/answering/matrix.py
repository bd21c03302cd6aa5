"""The matrix: how well the model answers every block of windows, as it stands after each block.

At the end of a block, forks of the process answer every other block with what the model has learned by then:

    later blocks     by the protocol, events observed as context as they pass, but without a further update:
                     what a run would give whose updates stop there
    this and earlier blocks   asked again, each query with its own candidates. The model has seen these events.
                     Context cannot be taken back to what it was, so a strategy that observes is not asked again

Lopez-Paz & Ranzato 2017 (NeurIPS, "Gradient Episodic Memory") call it R: R[i, j] is row ``after`` = i, block j.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Mapping

import numpy as np

from freshmark.contract.arrays import AnyArray, IntArray
from freshmark.contract.outcomes import answer_columns
from freshmark.replay.answering.answers import Answers
from freshmark.replay.answering.batches import Batches
from freshmark.replay.answering.calls import Calls
from freshmark.replay.answering.forks import check_forkable, run_in_fork
from freshmark.replay.known_attributes import KnownAttributes
from freshmark.replay.timeline import Timeline


class Matrix:
    """The rows of the matrix of one cell; none if ``blocks`` is 0, and never more than windows.

    Raises:
        UsageError: the model is not on the CPU.
    """

    def __init__(
        self,
        timeline: Timeline,
        calls: Calls,
        answers: Answers,
        batches: Batches,
        attributes: KnownAttributes,
        *,
        blocks: int,
        device: str,
    ) -> None:
        self._timeline, self._calls, self._answers, self._batches = timeline, calls, answers, batches
        self._attributes = attributes
        self._starts = block_starts(timeline, blocks)
        self._made = 0
        if blocks:
            check_forkable(device)
            # Shared, and not touched here: pages that forks write do not count for this process.
            self._rows = _shared(answer_columns(timeline.stream.task), len(self._starts), timeline.end - timeline.first)

    @property
    def next_stop(self) -> int:
        """The event before which the next row is due; the end of the stream if none is."""
        return int(self._starts[self._made]) if self._made < len(self._starts) else self._timeline.end

    def make_rows(self) -> None:
        """Fill the row that is due here; blocks without events get one each."""
        place, last = self.next_stop, len(self._starts)
        while self._made < last and self._starts[self._made] == place:
            row = {name: column[self._made] for name, column in self._rows.items()}
            run_in_fork(lambda row=row: self._ask_ahead(place, row))  # type: ignore[misc]
            if self._calls.observe is None and place > self._timeline.first:
                run_in_fork(lambda row=row: self._ask_now(place, row))  # type: ignore[misc]
            self._made += 1

    def tables(self) -> dict[str, dict[str, AnyArray]]:
        """``matrix``, if requested.

        For each ``after`` (blocks learned; 0: the warm-up only) all test events in order, with their ``block``,
        1 to n, and the columns of the outcomes; NaN (class: -1) where nothing was asked.
        """
        if not len(self._starts):
            return {}
        line, rows = self._timeline, len(self._starts)
        block = np.searchsorted(self._starts, np.arange(line.first, line.end), "right").astype(np.int32)
        columns = {name: column.reshape(-1) for name, column in self._rows.items()}
        after = np.repeat(np.arange(rows, dtype=np.int32), len(block))
        return {"matrix": {"after": after, "block": np.tile(block, rows), **columns}}

    def _ask_ahead(self, at: int, row: Mapping[str, AnyArray]) -> None:
        line = self._timeline
        for column in row.values():
            column[: at - line.first] = np.nan if column.dtype.kind == "f" else -1
        while at < line.end:
            stop = self._batches.stop(at, line.end)
            self._attributes.reveal(stop)  # in this fork alone
            self._judge(self._answers.ask(at, stop), at, stop, row)
            if self._calls.observe is not None:
                self._calls.observe(line.context(at, stop))
            at = stop

    def _ask_now(self, place: int, row: Mapping[str, AnyArray]) -> None:
        at = self._timeline.first
        known = self._timeline.catalogue(place)
        while at < place:
            stop = min(place, at + self._answers.largest_batch(place - 1))
            self._judge(self._answers.ask_now(at, stop, known), at, stop, row)
            at = stop

    def _judge(
        self, asked: tuple[Callable[..., object], tuple[object, ...]], at: int, stop: int, row: Mapping[str, AnyArray]
    ) -> None:
        call, arguments = asked
        self._answers.judge(call(*arguments), at, stop, row)


def block_starts(timeline: Timeline, blocks: int) -> IntArray:
    """(blocks + 1,) positions of each block's first event, and the end: blocks of equally many windows, about."""
    if not blocks:
        return np.empty(0, np.int64)
    windows = len(timeline.edges) - 1
    edges = timeline.edges[np.rint(np.linspace(0, windows, min(blocks, windows) + 1)).astype(np.int64)]
    return np.maximum(np.searchsorted(timeline.time, edges, "left"), timeline.first)


def _shared(columns: Mapping[str, str], rows: int, events: int) -> dict[str, AnyArray]:
    """(rows, events) arrays in memory that this process shares with its forks."""
    arrays = {}
    for name, kind in columns.items():
        memory = mmap.mmap(-1, max(1, rows * events * np.dtype(kind).itemsize))
        arrays[name] = np.frombuffer(memory, kind, rows * events).reshape(rows, events)
    return arrays
