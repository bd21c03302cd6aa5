"""Columns that become features: numbers as they are or on a logarithmic scale, texts as tokens, the rest as hashes."""

from __future__ import annotations

import re
from hashlib import blake2b
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from freshmark import AnyArray, BoolArray, DataError, IntArray, UsageError
from numpy.typing import NDArray

from freshmark_datasets.logs.numerals import numbers, text_of
from freshmark_datasets.tokens import token

HASH_BYTES = 4
LARGEST = float(np.finfo(np.float32).max)
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
"""A word: letters and digits of any script, with apostrophes inside."""


class Numbers:
    """A column of numbers, collected batch by batch. An empty value counts as 0, and is counted.

    log: whether x becomes sign(x) · log(1 + |x|); unlike a scaling by mean and deviation, it depends on no later row
    dtype: of the stored numbers
    missing: how many were empty
    """

    def __init__(self, role: str, *, log: bool = False, dtype: type[np.floating[Any]] = np.float32) -> None:
        self.role = role
        self.log = log
        self.dtype = dtype
        self.missing = 0
        self._batches: list[AnyArray] = []

    def parse(self, column: Any) -> tuple[AnyArray, BoolArray]:
        """The batch as float64, NaN where empty, and which rows hold anything else than a finite number."""
        empty = _empty(column)
        values = np.full(len(column), np.nan)
        parsed, failed = numbers(column.filter(pa.array(~empty)))
        values[~empty] = parsed
        invalid = np.zeros(len(column), np.bool_)
        invalid[~empty] = failed | ~np.isfinite(parsed) | (np.abs(parsed) > LARGEST)
        return values, invalid

    def explain(self, column: Any, row: int) -> DataError:
        """What is wrong with this row of a batch."""
        value = column[row].as_py()
        shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        return DataError(
            f"the {self.role} {str(shown)[:60]!r} is not a finite number",
            remedy="name the column under words=, or skip_bad=True to leave such lines out",
            code="FM216",
        )

    def append(self, values: AnyArray) -> None:
        """Store a batch, as ``parse`` gave it."""
        self.missing += int(np.count_nonzero(np.isnan(values)))
        filled = np.nan_to_num(values, nan=0.0)
        scaled = np.sign(filled) * np.log1p(np.abs(filled)) if self.log else filled
        self._batches.append(scaled.astype(self.dtype))

    def values(self) -> AnyArray:
        """(n,) of that dtype."""
        return np.concatenate(self._batches)


class Words:
    """A column of any type, collected batch by batch, as hashes of its text: equal values have equal hashes."""

    def __init__(self, role: str) -> None:
        self.role = role
        self._batches: list[NDArray[np.int32]] = []

    def parse(self, column: Any) -> tuple[NDArray[np.int32], BoolArray]:
        """The batch as hashes; every row is valid, an empty one has the hash of the empty text."""
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        hashes = np.array([*map(_hash, column.dictionary.to_pylist()), _hash(None)], np.int32)
        codes = pc.fill_null(column.indices.cast(pa.int32()), len(hashes) - 1).to_numpy(zero_copy_only=False)
        return hashes[codes], np.zeros(len(column), np.bool_)

    def explain(self, column: Any, row: int) -> DataError:
        """Never called: every row is valid."""
        return DataError(f"the {self.role} cannot be used: {column[row]}", code="FM216")

    def append(self, values: NDArray[np.int32]) -> None:
        """Store a batch, as ``parse`` gave it."""
        self._batches.append(values)

    def values(self) -> NDArray[np.int32]:
        """(n,) int32."""
        return np.concatenate(self._batches)


class Texts:
    """A column of texts, collected batch by batch, as tokens: crc32 + 1 of each lower-case word, 0 for padding.

    length: how many tokens of a text are used, from its start
    truncated: how many texts had more
    """

    def __init__(self, length: int) -> None:
        self.length = length
        self.truncated = 0
        self._tokens: dict[str, int] = {}
        self._batches: list[IntArray] = []

    def parse(self, column: Any) -> tuple[IntArray, BoolArray]:
        """The batch as (n, length + 1) tokens, one more than is used so that longer texts show; and invalid rows."""
        texts = text_of(column).to_pylist()
        rows = np.zeros((len(texts), self.length + 1), np.int64)
        for row, text in zip(rows, texts, strict=True):
            words = islice(WORD.finditer(text or ""), self.length + 1)
            tokens = [self._token(word.group().lower()) for word in words]
            row[: len(tokens)] = tokens
        # A reader that skips bad rows writes NUL for each byte that is not UTF-8.
        return rows, np.array([text is None or "\0" in text for text in texts], np.bool_)

    def explain(self, column: Any, row: int) -> DataError:
        """What is wrong with the text of this row of a batch."""
        missing = column[row].as_py() is None
        return DataError(
            "the text is missing" if missing else "the text is not UTF-8",
            remedy="skip_bad=True leaves such lines out",
            code="FM216",
        )

    def append(self, values: IntArray) -> None:
        """Store a batch, as ``parse`` gave it."""
        self.truncated += int(np.count_nonzero(values[:, -1]))
        self._batches.append(values[:, :-1])

    def values(self) -> IntArray:
        """(n, L) int64, L the tokens of the longest text, at most ``length``."""
        tokens = np.concatenate(self._batches)
        longest = int((tokens != 0).sum(1).max(initial=1))
        return tokens[:, : max(longest, 1)]

    def summary(self) -> str:
        """How texts became tokens, and how many were truncated."""
        cut = f"; {self.truncated:,} texts are cut to their first {self.length}" if self.truncated else ""
        return f"words in lower case, hashed by crc32{cut}"

    def _token(self, word: str) -> int:
        code = self._tokens.get(word)
        if code is None:
            code = self._tokens[word] = token(word)
        return code


def matching(column: Any, pattern: str) -> BoolArray:
    """Which rows of a column match a pattern of RE2 anywhere; a missing value is the empty text."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    is_bytes = pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)
    texts = pc.fill_null(column, b"") if is_bytes else pc.fill_null(column.cast(pa.string()), "")
    try:
        matches = pc.match_substring_regex(texts, pattern)
    except pa.ArrowInvalid as error:  # Python's syntax has more than RE2's
        raise UsageError(
            f"only={pattern!r} is not a valid RE2 pattern", where="only", remedy="a simpler pattern"
        ) from error
    rows: BoolArray = matches.to_numpy(zero_copy_only=False).astype(np.bool_)
    return rows


def _empty(column: Any) -> BoolArray:
    """Which rows hold nothing: null, NaN or an empty text."""
    missing = column.is_null()
    if pa.types.is_floating(column.type):
        missing = pc.or_(missing, pc.fill_null(pc.is_nan(column), True))
    elif pa.types.is_binary(column.type) or pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        missing = pc.or_(missing, pc.fill_null(pc.equal(pc.binary_length(column), 0), True))
    rows: BoolArray = missing.to_numpy(zero_copy_only=False)
    return rows


def _hash(value: Any) -> int:
    text = b"" if value is None else value if isinstance(value, bytes) else str(value).encode()
    return int.from_bytes(blake2b(text, digest_size=HASH_BYTES).digest(), "little", signed=True)
