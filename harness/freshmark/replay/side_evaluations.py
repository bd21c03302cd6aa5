"""Side evaluations: what is evaluated at the end of windows, outside the protocol: panel lists and matrix rows.

No clock runs meanwhile, and memory does not count. Batches end there too, which changes no number.
"""

from __future__ import annotations

from freshmark.contract.arrays import AnyArray
from freshmark.replay.answering.matrix import Matrix
from freshmark.replay.answering.panel import Panel
from freshmark.replay.measuring.records import Records


class SideEvaluations:
    """The panel and the matrix of one cell."""

    def __init__(self, panel: Panel, matrix: Matrix, records: Records) -> None:
        self._panel, self._matrix, self._records = panel, matrix, records

    @property
    def next_stop(self) -> int:
        """The event before which the next evaluation is due; the end of the stream if none is."""
        return min(self._panel.next_stop, self._matrix.next_stop)

    def before_updates(self, at: int) -> None:
        """Ask the panel now: after an update it would warm the caches that timed answers should pay for."""
        if at == self._panel.next_stop:
            self._records.unmeasured(self._panel.ask)

    def after_updates(self, at: int) -> int:
        """Fill matrix rows with everything learned from the events before; gives the next stop."""
        if at == self._matrix.next_stop:
            self._records.unmeasured(self._matrix.make_rows)
        return self.next_stop

    def tables(self) -> dict[str, dict[str, AnyArray]]:
        """``panel`` and ``matrix``, if requested."""
        return {**self._panel.tables(), **self._matrix.tables()}
