"""Ids of users and items: the text of the source, coded in order of first appearance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from freshmark import BoolArray, DataError, IntArray, Vocabulary
from numpy.typing import NDArray


class Ids:
    """The ids of one role, collected batch by batch.

    role: ``user`` or ``item``, for errors
    """

    def __init__(self, role: str) -> None:
        self.role = role
        self._batches: list[Any] = []

    def parse(self, column: Any) -> tuple[Any, BoolArray]:
        """The batch as a dictionary of bytes, and which rows hold no valid id."""
        coded = _dictionary(column, self.role)
        invalid = np.append(_faulty(coded.dictionary), True)
        rows = pc.fill_null(coded.indices, len(coded.dictionary)).to_numpy(zero_copy_only=False)
        return coded, invalid[rows]

    def explain(self, column: Any, row: int) -> DataError:
        """What is wrong with the id of this row of a batch."""
        value = _dictionary(column, self.role)[row].as_py() or b""
        what, code = _fault(value) or ("cannot be used", "FM216")
        shown = f": {value[:40]!r}" if value else ""
        remedy = "save it as UTF-8" if code == "FM211" else "skip_bad=True leaves such lines out"
        return DataError(f"the {self.role} {what}{shown}", remedy=remedy, code=code)

    def append(self, coded: Any) -> None:
        """Store a batch, as ``parse`` gave it."""
        self._batches.append(coded)

    def codes(self) -> tuple[NDArray[np.int32], Any]:
        """A code for each row, in arbitrary order, and the ids as a binary Arrow array."""
        whole = pa.chunked_array(self._batches, pa.dictionary(pa.int32(), pa.binary())).unify_dictionaries()
        self._batches = []  # freed now: they are as large as the result
        codes = [chunk.indices.to_numpy(zero_copy_only=False) for chunk in whole.chunks]
        names = whole.chunk(0).dictionary if whole.num_chunks else pa.array([], pa.binary())
        return np.concatenate([np.empty(0, np.int32), *codes]).astype(np.int32, copy=False), names


def by_first_appearance(codes: IntArray | NDArray[np.int32], names: Any) -> tuple[NDArray[np.int32], Vocabulary]:
    """Codes renumbered in order of first appearance, and their ids.

    Args:
        codes: (n,) by time.
        names: code → id, binary Arrow array.
    """
    fresh, appeared = pd.factorize(codes)
    ids = names.take(pa.array(appeared)).cast(pa.large_binary())
    _, offsets, data = ids.buffers()
    ends = np.frombuffer(offsets, np.int64)[ids.offset + 1 : ids.offset + len(ids) + 1]
    begin = int(np.frombuffer(offsets, np.int64)[ids.offset]) if len(ids) else 0
    text = np.frombuffer(data, np.uint8)[begin : begin + int(ends[-1] - begin)] if data else np.empty(0, np.uint8)
    return fresh.astype(np.int32), Vocabulary(text.copy(), ends - begin)


def _dictionary(column: Any, role: str) -> Any:
    """The column as a dictionary of bytes; whole numbers stored as floats lose their ``.0``."""
    kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_null(kind):
        raise DataError(f"the {role} column holds {kind}", remedy="text or numbers", code="FM216")
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, kind), column)
    coded = column if pa.types.is_dictionary(kind) else column.dictionary_encode()
    texts = coded.dictionary
    if not pa.types.is_binary(texts.type):
        texts = (texts if _is_bytes(texts.type) else texts.cast(pa.string())).cast(pa.binary())
    return pa.DictionaryArray.from_arrays(coded.indices.cast(pa.int32()), texts)


def _is_bytes(kind: Any) -> bool:
    return bool(pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _faulty(texts: Any) -> BoolArray:
    """Which of these ids are invalid: a fast test of all at once, one by one only where it fails."""
    try:
        texts.cast(pa.string())
        sound = not pc.any(pc.equal(pc.binary_length(texts), 0)).as_py()
        sound = sound and not pc.any(pc.match_substring_regex(texts, b"[\n\0]")).as_py()
    except pa.ArrowInvalid:  # not UTF-8
        sound = False
    if sound:
        return np.zeros(len(texts), np.bool_)
    return np.array([_fault(text) is not None for text in texts.to_pylist()], np.bool_)


def _fault(text: bytes) -> tuple[str, str] | None:
    """Why an id is invalid, and the error code; None where it is valid."""
    if not text:
        return "is empty", "FM216"
    if b"\n" in text:
        return "contains a line break, as after a quote that is not closed", "FM212"
    try:
        text.decode()
    except UnicodeDecodeError:
        return "is not UTF-8", "FM211"
    return ("contains a NUL", "FM211") if b"\0" in text else None
