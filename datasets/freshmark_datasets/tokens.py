"""Tokens: words as numbers that depend on nothing but the word."""

from __future__ import annotations

from zlib import crc32


def token(word: str) -> int:
    """crc32 + 1 of a word, which is in lower case."""
    return crc32(word.encode()) + 1
