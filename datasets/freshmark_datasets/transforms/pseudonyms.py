"""Pseudonyms: hashes that stand for ids."""

from __future__ import annotations

import hashlib

DIGITS = 16


def digest(*parts: str) -> str:
    """The first 16 hexadecimal digits of the sha256 of the parts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
