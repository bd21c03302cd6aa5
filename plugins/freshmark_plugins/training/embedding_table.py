"""Embedding tables that grow as users and items appear."""

from __future__ import annotations

import numpy as np
import torch
from freshmark import UsageError
from torch import Tensor, nn


class EmbeddingTable(nn.Module):
    """A matrix of parameters with one row per user, item or hashed feature.

    Rows are drawn from N(0, scale²) in order, so that growing in steps gives the same values as growing at once.

    weight: (rows, dim) float32
    sparse: whether gradients hold only the rows of a batch, as in ``torch.nn.Embedding``; the learner sets it
    """

    def __init__(self, dim: int, *, scale: float, seed: tuple[int, ...]) -> None:
        super().__init__()
        if dim < 1:
            raise UsageError(f"dim={dim}", where="dim", remedy="1 or more")
        self.scale = scale
        self.sparse = False
        self.draw = np.random.default_rng(seed)
        self.weight = nn.Parameter(torch.empty(0, dim))

    def __len__(self) -> int:
        return len(self.weight)

    def grow(self, rows: int) -> None:
        """Grow to at least this many rows; old rows keep their values, and the parameter its identity."""
        new = rows - len(self)
        if new > 0:
            drawn = self.draw.standard_normal((new, self.weight.shape[1]), np.float32) * np.float32(self.scale)
            self.weight.grad = None
            self.weight.data = extended(self.weight.data, torch.from_numpy(drawn))

    def forward(self, index: Tensor) -> Tensor:
        """(n, dim) the rows of an (n,) index."""
        if self.sparse:
            return nn.functional.embedding(index, self.weight, sparse=True)
        return self.weight.index_select(0, index)

    def rows(self) -> Tensor:
        """(rows, dim) all rows; their gradient is sparse if that of ``forward`` is, so that the two can be added."""
        if self.sparse:
            index = torch.arange(len(self), device=self.weight.device)
            return nn.functional.embedding(index, self.weight, sparse=True)
        return self.weight


def extended(old: Tensor, new: Tensor) -> Tensor:
    """The rows of both, over-allocated so that growing by one row is O(1) amortised."""
    rows, width = len(old) + len(new), old.stride(0)
    storage = old.untyped_storage()
    if old.storage_offset() or storage.nbytes() < rows * width * old.element_size() or not width:
        room = torch.empty((3 * rows // 2, *old.shape[1:]), dtype=old.dtype, device=old.device)
        room[: len(old)] = old
    else:
        room = torch.empty(0, dtype=old.dtype, device=old.device).set_(storage, 0, (rows, *old.shape[1:]), old.stride())
    room[len(old) : rows] = new.to(old.device)
    return room[:rows]
