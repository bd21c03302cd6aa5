"""Columns that become features: numbers as they are or on a logarithmic scale, anything else as a hash."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from freshmark import AnyArray, BoolArray, DataError, UsageError
from numpy.typing import NDArray

from freshmark_datasets.logs.numerals import numbers

BYTES = 4
LARGEST = float(np.finfo(np.float32).max)


class Numbers:
    """A column of numbers, taken in batch by batch. What is missing or empty counts 0, and is counted.

    log: whether x becomes sign(x) · log(1 + |x|), which no later row has a say in
    dtype: in which they are kept
    missing: how many there were
    """

    def __init__(self, role: str, *, log: bool = False, dtype: type[np.floating[Any]] = np.float32) -> None:
        self.role = role
        self.log = log
        self.dtype = dtype
        self.missing = 0
        self._chunks: list[AnyArray] = []

    def bad(self, column: Any) -> tuple[AnyArray, BoolArray]:
        """The batch as float64, nan where nothing stands, and which rows hold something else than a finite number."""
        empty = _empty(column)
        values = np.full(len(column), np.nan)
        found, wrong = numbers(column.filter(pa.array(~empty)))
        values[~empty] = found
        strange = np.zeros(len(column), np.bool_)
        strange[~empty] = wrong | ~np.isfinite(found) | (np.abs(found) > LARGEST)
        return values, strange

    def why(self, column: Any, row: int) -> DataError:
        """What is wrong with this row of a batch."""
        value = column[row].as_py()
        shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        return DataError(
            f"the {self.role} {str(shown)[:60]!r} is not a finite number",
            remedy="name the column under words=, or skip_bad=True to leave such lines out",
            code="FM216",
        )

    def add(self, values: AnyArray) -> None:
        """Keep a batch, as ``bad`` gave it."""
        self.missing += int(np.count_nonzero(np.isnan(values)))
        filled = np.nan_to_num(values, nan=0.0)
        scaled = np.sign(filled) * np.log1p(np.abs(filled)) if self.log else filled
        self._chunks.append(scaled.astype(self.dtype))

    def values(self) -> AnyArray:
        """(n,) of that dtype."""
        return np.concatenate(self._chunks)


class Words:
    """A column of anything, taken in batch by batch, as hashes of the text: equal values have one, missing ones too."""

    def __init__(self, role: str) -> None:
        self.role = role
        self._chunks: list[NDArray[np.int32]] = []

    def bad(self, column: Any) -> tuple[NDArray[np.int32], BoolArray]:
        """The batch as hashes; no row is bad."""
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        hashes = np.array([*map(_hash, column.dictionary.to_pylist()), _hash(None)], np.int32)
        codes = pc.fill_null(column.indices.cast(pa.int32()), len(hashes) - 1).to_numpy(zero_copy_only=False)
        return hashes[codes], np.zeros(len(column), np.bool_)

    def why(self, column: Any, row: int) -> DataError:
        """Never asked: no row is bad."""
        return DataError(f"the {self.role} cannot be used: {column[row]}", code="FM216")

    def add(self, values: NDArray[np.int32]) -> None:
        """Keep a batch, as ``bad`` gave it."""
        self._chunks.append(values)

    def values(self) -> NDArray[np.int32]:
        """(n,) int32."""
        return np.concatenate(self._chunks)


def matching(column: Any, pattern: str) -> BoolArray:
    """Which rows of a column match a pattern of RE2 anywhere; what is missing is the empty text."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    is_bytes = pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)
    texts = pc.fill_null(column, b"") if is_bytes else pc.fill_null(column.cast(pa.string()), "")
    try:
        found = pc.match_substring_regex(texts, pattern)
    except pa.ArrowInvalid as error:
        raise UsageError(f"only={pattern!r}: RE2 does not know it", where="only", remedy="a simpler pattern") from error
    rows: BoolArray = found.to_numpy(zero_copy_only=False).astype(np.bool_)
    return rows


def _empty(column: Any) -> BoolArray:
    """Which rows hold nothing."""
    missing = column.is_null()
    if pa.types.is_floating(column.type):
        missing = pc.or_(missing, pc.fill_null(pc.is_nan(column), True))
    elif pa.types.is_binary(column.type) or pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        missing = pc.or_(missing, pc.fill_null(pc.equal(pc.binary_length(column), 0), True))
    rows: BoolArray = missing.to_numpy(zero_copy_only=False)
    return rows


def _hash(value: Any) -> int:
    text = b"" if value is None else value if isinstance(value, bytes) else str(value).encode()
    return int.from_bytes(blake2b(text, digest_size=BYTES).digest(), "little", signed=True)
