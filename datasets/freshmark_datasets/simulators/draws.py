"""Draws: random numbers by name, bit for bit the same under every numpy.

numpy may change the output of ``Generator``'s distributions between releases, but not the raw bits of PCG64 nor the
seeding of SeedSequence. So only raw bits are used, and every distribution here is built from them.
"""

from __future__ import annotations

import zlib

import numpy as np
from freshmark import FloatArray, UsageError


class Draws:
    """Independent uniform numbers for every name: drawing more for users does not change the items.

    Args:
        seed: int ≥ 0.
    """

    def __init__(self, seed: int) -> None:
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise UsageError(f"seed is {seed!r}", remedy="a whole number ≥ 0")
        self.seed = seed

    def uniform(self, name: str, *shape: int) -> FloatArray:
        """Numbers in (0, 1), both ends excluded, of this shape."""
        key = np.random.SeedSequence(self.seed, spawn_key=(zlib.crc32(name.encode()),))
        bits = np.random.PCG64(key).random_raw(int(np.prod(shape)))
        # 52 bits plus a half: with 53 bits the largest would round to 1
        fraction: FloatArray = ((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
        return fraction.reshape(shape)

    def exponential(self, name: str, *shape: int) -> FloatArray:
        """Exponential numbers of mean 1."""
        waiting: FloatArray = -np.log(self.uniform(name, *shape))
        return waiting

    def pareto(self, name: str, tail: float, *shape: int) -> FloatArray:
        """Pareto numbers ≥ 1: P(x > v) = v^−tail. The smaller the tail, the more unequal."""
        heavy: FloatArray = self.uniform(name, *shape) ** (-1.0 / tail)
        return heavy

    def dirichlet(self, name: str, shape: FloatArray, rows: int) -> FloatArray:
        """Dirichlet numbers, one row each: (rows, k) from ``shape`` (k,), every element in (0, 1]."""
        drawn = self._gamma(name, np.tile(shape, rows)).reshape(rows, len(shape))
        total = np.cumsum(drawn, axis=1)[:, -1:]  # sequential: the last bit of a pairwise sum depends on the machine
        shares: FloatArray = np.where(total > 0.0, drawn / np.where(total > 0.0, total, 1.0), 1.0 / len(shape))
        return shares

    def _gamma(self, name: str, shape: FloatArray) -> FloatArray:
        """Gamma numbers of these shapes in (0, 1]: rejection GS of Ahrens and Dieter (Computing 12, 1974)."""
        drawn = np.empty(len(shape))
        open_rows = np.arange(len(shape))
        attempt = 0
        while len(open_rows):
            point, coin = self.uniform(f"{name}/{attempt}", 2, len(open_rows))
            value, bound = _proposal(point, shape[open_rows])
            accepted = coin <= bound
            drawn[open_rows[accepted]] = value[accepted]
            open_rows = open_rows[~accepted]
            attempt += 1
        return drawn


def _proposal(point: FloatArray, shape: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The candidate of GS and its acceptance probability: a power below 1, an exponential above."""
    width = 1.0 + shape / np.e
    area = width * point
    below = area <= 1.0
    value = np.empty(len(point))
    bound = np.empty(len(point))
    value[below] = area[below] ** (1.0 / shape[below])
    bound[below] = np.exp(-value[below])
    above = ~below
    value[above] = -np.log((width[above] - area[above]) / shape[above])
    bound[above] = value[above] ** (shape[above] - 1.0)
    return value, bound
