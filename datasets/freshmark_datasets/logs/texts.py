"""Texts: words of a text as hashes in their order, which depend on nothing but the words."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

import numpy as np
from freshmark import BoolArray, DataError, IntArray

from freshmark_datasets.logs.numerals import text_of
from freshmark_datasets.tokens import token

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
"""A word: letters and digits of any script, with apostrophes inside."""


class Texts:
    """A column of texts, taken in batch by batch, as tokens: crc32 + 1 of each word in lower case, 0 for none.

    length: how many tokens of a text are kept, its first
    cut: how many texts had more
    """

    def __init__(self, length: int) -> None:
        self.length = length
        self.cut = 0
        self._codes: dict[str, int] = {}
        self._chunks: list[IntArray] = []

    def bad(self, column: Any) -> tuple[IntArray, BoolArray]:
        """The batch as (n, length + 1) tokens, of which the last tells whether there were more; and unreadable rows."""
        texts = text_of(column).to_pylist()
        rows = np.zeros((len(texts), self.length + 1), np.int64)
        for row, text in zip(rows, texts, strict=True):
            tokens = self._tokens(text or "")
            row[: len(tokens)] = tokens
        # A reader that passes over bad rows writes NUL for each byte that is no UTF-8.
        return rows, np.array([text is None or "\0" in text for text in texts], np.bool_)

    def why(self, column: Any, row: int) -> DataError:
        """What is wrong with the text of this row of a batch."""
        missing = column[row].as_py() is None
        return DataError(
            "the text is missing" if missing else "the text is no UTF-8",
            remedy="skip_bad=True leaves such lines out",
            code="FM216",
        )

    def add(self, values: IntArray) -> None:
        """Keep a batch, as ``bad`` gave it."""
        self.cut += int(np.count_nonzero(values[:, -1]))
        self._chunks.append(values[:, :-1])

    def values(self) -> IntArray:
        """(n, L) int64, L the tokens of the longest text, at most ``length``."""
        tokens = np.concatenate(self._chunks)
        longest = int((tokens != 0).sum(1).max(initial=1))
        return tokens[:, : max(longest, 1)]

    def told(self) -> str:
        """A sentence about what became of the texts."""
        cut = f"; {self.cut:,} texts are cut to their first {self.length}" if self.cut else ""
        return f"words in lower case, hashed by crc32{cut}"

    def _tokens(self, text: str) -> list[int]:
        words = islice(WORD.finditer(text), self.length + 1)
        return [self._code(word.group().lower()) for word in words]

    def _code(self, word: str) -> int:
        code = self._codes.get(word)
        if code is None:
            code = self._codes[word] = token(word)
        return code
