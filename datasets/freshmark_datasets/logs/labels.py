"""Labels: numbers for click, rate and rank; the names of classes for classify."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from freshmark import AnyArray, BoolArray, DataError, FloatArray, Task

from freshmark_datasets.logs.numerals import numbers, text_of


class Labels:
    """The column of labels, collected batch by batch.

    task: of the stream
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self._batches: list[AnyArray] = []

    def parse(self, column: Any) -> tuple[AnyArray, BoolArray]:
        """The batch as float64 (classify: text), and which rows hold no valid label."""
        if self.task == "classify":
            text = text_of(column)
            return text.to_numpy(zero_copy_only=False), np.array([not label for label in text.to_pylist()], np.bool_)
        if pa.types.is_boolean(column.type):
            column = column.cast(pa.int8())
        values, invalid = numbers(column)
        values = values.astype(np.float64)
        invalid = invalid | ~np.isfinite(values)
        if self.task == "click":
            invalid = invalid | ~np.isin(values, (0.0, 1.0))
        return values, invalid

    def explain(self, column: Any, row: int) -> DataError:
        """What is wrong with the label of this row of a batch."""
        value = column[row].as_py()
        shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        expected = {"click": "0 or 1", "classify": "a class"}.get(self.task, "a finite number")
        return DataError(
            f"the label {str(shown)[:60]!r} is not {expected}" if shown not in (None, "") else "the label is empty",
            remedy="skip_bad=True leaves such lines out",
            code="FM216",
        )

    def append(self, values: AnyArray) -> None:
        """Store a batch, as ``parse`` gave it."""
        self._batches.append(values)

    def values(self) -> FloatArray:
        """(n,) float64 (not for classify)."""
        return np.concatenate(self._batches)

    def classes(self) -> tuple[AnyArray, tuple[str, ...]]:
        """(n,) int64 codes, and the names of the classes sorted by name."""
        codes, names = pd.factorize(np.concatenate(self._batches), sort=True)
        return codes.astype(np.int64), tuple(map(str, names))
