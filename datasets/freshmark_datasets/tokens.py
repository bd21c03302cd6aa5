"""Tokens: words as numbers that depend on the word alone."""

from __future__ import annotations

from zlib import crc32


def token(word: str) -> int:
    """crc32 + 1 of a lower-case word."""
    return crc32(word.encode()) + 1
