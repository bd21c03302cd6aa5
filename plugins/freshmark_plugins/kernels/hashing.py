"""Portable hashes: stateless random numbers, and features without a vocabulary."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from freshmark import AnyArray
from numpy.typing import NDArray

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): each bit of the result depends on all bits."""
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
    return bits ^ (bits >> np.uint64(31))


def buckets(values: AnyArray, *, field: str, bits: int) -> NDArray[np.int64]:
    """(n,) the bucket, below 2^bits, of each value of a field: integers, booleans or text.

    The hashing trick of Weinberger et al., ICML 2009, without signs: values that share a bucket share a weight.
    """
    salt = np.uint64(crc32(field.encode()) << 32)
    if values.dtype.kind in "biu":
        keys = values.astype(np.int64).astype(np.uint64)
    else:
        distinct, place = np.unique(values, return_inverse=True)
        keys = np.array([crc32(str(value).encode()) for value in distinct], np.uint64)[place]
    return (mixed(keys * GOLDEN + salt) >> np.uint64(64 - bits)).astype(np.int64)
