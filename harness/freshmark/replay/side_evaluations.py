"""Asides: what is asked where windows end, beside the protocol: the panel's lists, and the rows of the matrix.

No clock runs meanwhile, and memory does not count. Batches end there too, which changes no number.
"""

from __future__ import annotations

from freshmark.contract.arrays import AnyArray
from freshmark.replay.answering.matrix import Matrix
from freshmark.replay.answering.panel import Panel
from freshmark.replay.measuring.records import Records


class Asides:
    """The panel and the matrix of one cell."""

    def __init__(self, panel: Panel, matrix: Matrix, records: Records) -> None:
        self._panel, self._matrix, self._records = panel, matrix, records

    @property
    def place(self) -> int:
        """Before which event the next one is due; the end of the stream where there is none."""
        return min(self._panel.place, self._matrix.place)

    def before_updates(self, at: int) -> None:
        """Lists are asked for now: after an update it would be the panel that fills the caches that answers need."""
        if at == self._panel.place:
            self._records.aside(self._panel.ask)

    def after_updates(self, at: int) -> int:
        """Rows are made with what is known of all events before; gives the next place."""
        if at == self._matrix.place:
            self._records.aside(self._matrix.make_rows)
        return self.place

    def tables(self) -> dict[str, dict[str, AnyArray]]:
        """``panel`` and ``matrix``, those that there are."""
        return {**self._panel.tables(), **self._matrix.tables()}
