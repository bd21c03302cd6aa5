"""Numbers from text: whole ones exactly, others as float64, and which rows are neither."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from freshmark import AnyArray, BoolArray


def numbers(column: Any) -> tuple[AnyArray, BoolArray]:
    """The column as (n,) int64 where every row is a whole number, else float64; and the rows that are not numbers.

    Args:
        column: Arrow array of text or of numbers.
    """
    if _is_text(column.type):
        return _parsed(column)
    missing = column.is_null().to_numpy(zero_copy_only=False)
    if pa.types.is_unsigned_integer(column.type) or pa.types.is_signed_integer(column.type):
        whole = _cast(column, pa.int64())
        if whole is not None:
            return whole.fill_null(0).to_numpy(zero_copy_only=False), missing
    values = _cast(column, pa.float64(), safe=False)  # whole numbers beyond 2^63 are rounded
    if values is None:
        return np.full(len(column), np.nan), np.ones(len(column), np.bool_)
    return values.fill_null(np.nan).to_numpy(zero_copy_only=False), missing


def text_of(column: Any) -> Any:
    """The column as text without surrounding blanks; null where it is missing or not UTF-8."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    as_text = _cast(column, pa.string())
    if as_text is None:
        decoded = [_decoded(value) for value in column.to_pylist()]
        as_text = pa.array(decoded, pa.string())
    return pc.utf8_trim_whitespace(as_text)


def _is_text(kind: Any) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return any(
        check(value)
        for check in (pa.types.is_binary, pa.types.is_string, pa.types.is_large_binary, pa.types.is_large_string)
    )


def _parsed(column: Any) -> tuple[AnyArray, BoolArray]:
    text = text_of(column)
    plain = not pc.any(pc.match_substring(text, "x", ignore_case=True)).as_py()  # Arrow reads 0x10 as 16
    if plain and not text.null_count:
        whole = _cast(text, pa.int64())
        if whole is not None:
            return whole.to_numpy(), np.zeros(len(text), np.bool_)
        values = _cast(text, pa.float64())
        if values is not None:
            return values.to_numpy(), np.zeros(len(text), np.bool_)
    values = pd.to_numeric(pd.Series(text.to_pylist(), dtype=object), errors="coerce").to_numpy(np.float64)
    nonfinite = pc.match_substring_regex(text, "(?i)^[+-]?(nan|inf(inity)?)$").fill_null(False)
    return values, np.isnan(values) & ~nonfinite.to_numpy(zero_copy_only=False)


def _cast(column: Any, kind: Any, *, safe: bool = True) -> Any:
    """The column in that type; None where it does not fit."""
    try:
        return column.cast(kind, safe=safe)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def _decoded(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None
