"""Labels: numbers for click, rate and rank; the names of classes for classify."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from freshmark import AnyArray, BoolArray, DataError, FloatArray, Task

from freshmark_datasets.logs.numerals import numbers, text_of


class Labels:
    """The column of labels, taken in batch by batch.

    task: what they are for
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self._chunks: list[AnyArray] = []

    def bad(self, column: Any) -> tuple[AnyArray, BoolArray]:
        """The batch as float64 (classify: text), and which rows hold no label."""
        if self.task == "classify":
            text = text_of(column)
            return text.to_numpy(zero_copy_only=False), np.array([not one for one in text.to_pylist()], np.bool_)
        if pa.types.is_boolean(column.type):
            column = column.cast(pa.int8())
        values, wrong = numbers(column)
        values = values.astype(np.float64)
        wrong = wrong | ~np.isfinite(values)
        if self.task == "click":
            wrong = wrong | ~np.isin(values, (0.0, 1.0))
        return values, wrong

    def why(self, column: Any, row: int) -> DataError:
        """What is wrong with the label of this row of a batch."""
        value = column[row].as_py()
        shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        expected = {"click": "0 or 1", "classify": "a class"}.get(self.task, "a finite number")
        return DataError(
            f"the label {str(shown)[:60]!r} is not {expected}" if shown not in (None, "") else "the label is empty",
            remedy="skip_bad=True leaves such lines out",
            code="FM216",
        )

    def add(self, values: AnyArray) -> None:
        """Keep a batch, as ``bad`` gave it."""
        self._chunks.append(values)

    def values(self) -> FloatArray:
        """(n,) float64 (not for classify)."""
        return np.concatenate(self._chunks)

    def classes(self) -> tuple[AnyArray, tuple[str, ...]]:
        """(n,) int64 codes, and the names of the classes in the order of their text."""
        codes, names = pd.factorize(np.concatenate(self._chunks), sort=True)
        return codes.astype(np.int64), tuple(map(str, names))
