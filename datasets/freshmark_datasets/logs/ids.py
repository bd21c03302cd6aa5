"""Ids of users and items: kept as the text that the source had, coded in order of first appearance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from freshmark import BoolArray, DataError, IntArray, Vocabulary
from numpy.typing import NDArray


class Ids:
    """The column of ids of one role, taken in batch by batch.

    role: ``user`` or ``item``, for errors
    """

    def __init__(self, role: str) -> None:
        self.role = role
        self._chunks: list[Any] = []

    def bad(self, column: Any) -> tuple[Any, BoolArray]:
        """The batch as a dictionary of bytes, and which rows hold no usable id."""
        coded = _dictionary(column, self.role)
        unusable = np.append(_faulty(coded.dictionary), True)
        rows = pc.fill_null(coded.indices, len(coded.dictionary)).to_numpy(zero_copy_only=False)
        return coded, unusable[rows]

    def why(self, column: Any, row: int) -> DataError:
        """What is wrong with the id of this row of a batch."""
        value = _dictionary(column, self.role)[row].as_py() or b""
        what, code = _fault(value) or ("cannot be used", "FM216")
        shown = f": {value[:40]!r}" if value else ""
        remedy = "save it as UTF-8" if code == "FM211" else "skip_bad=True leaves such lines out"
        return DataError(f"the {self.role} {what}{shown}", remedy=remedy, code=code)

    def add(self, coded: Any) -> None:
        """Keep a batch, as ``bad`` gave it."""
        self._chunks.append(coded)

    def codes(self) -> tuple[NDArray[np.int32], Any]:
        """A code a row, in no order that means anything, and the ids as a binary Arrow array."""
        whole = pa.chunked_array(self._chunks, pa.dictionary(pa.int32(), pa.binary())).unify_dictionaries()
        self._chunks = []  # the batches are as large as the whole
        codes = [chunk.indices.to_numpy(zero_copy_only=False) for chunk in whole.chunks]
        names = whole.chunk(0).dictionary if whole.num_chunks else pa.array([], pa.binary())
        return np.concatenate([np.empty(0, np.int32), *codes]).astype(np.int32, copy=False), names


def by_first_appearance(codes: IntArray | NDArray[np.int32], names: Any) -> tuple[NDArray[np.int32], Vocabulary]:
    """Codes renumbered so that each new one is the next integer, and their ids.

    Args:
        codes: (n,) in the order of time.
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
    """The column as a dictionary of bytes: whole numbers that were stored as floats come out without the ``.0``."""
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
    """Which of these ids cannot be used: told at once for all where none is, one by one where one is."""
    try:
        texts.cast(pa.string())
        sound = not pc.any(pc.equal(pc.binary_length(texts), 0)).as_py()
        sound = sound and not pc.any(pc.match_substring_regex(texts, b"[\n\0]")).as_py()
    except pa.ArrowInvalid:  # no UTF-8
        sound = False
    if sound:
        return np.zeros(len(texts), np.bool_)
    return np.array([_fault(text) is not None for text in texts.to_pylist()], np.bool_)


def _fault(text: bytes) -> tuple[str, str] | None:
    """What rules an id out, and its code; None where nothing does."""
    if not text:
        return "is empty", "FM216"
    if b"\n" in text:
        return "holds a line break, as after a quote that is not closed", "FM212"
    try:
        text.decode()
    except UnicodeDecodeError:
        return "is no UTF-8", "FM211"
    return ("holds a NUL", "FM211") if b"\0" in text else None
