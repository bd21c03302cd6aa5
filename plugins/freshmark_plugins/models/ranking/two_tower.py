"""two_tower: matrix factorisation whose items also have a vector made from what is known of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Unpack

import numpy as np
import torch
from freshmark import AnyArray, Attributes, FloatArray, Run, Search, UsageError
from torch import Tensor

from freshmark_plugins.kernels.hashing import buckets
from freshmark_plugins.models.inputs import categorical, numeric, width
from freshmark_plugins.models.layers import Projection
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.options import Recipe


class TwoTower(MF):
    """score(u, i) = p_u · (q_i + A x_i + Σ_f C[h_f(i)]) + b_i, x_i numbers and h_f(i) hashed categories of item i.

    An item that it was not trained on has no q_i and b_i (both 0), but its features place it among the others: it can
    be recommended from its first event on, before any update. Numbers are standardised by the items of the warm-up;
    vectors such as text embeddings are numbers too. Without features of items it is ``mf(loss='softmax')``.

    Losses as in ``mf``; Covington et al., RecSys 2016, and Yi et al., RecSys 2019, for two towers with sampled softmax.

    Args:
        dim: length of p and q.
        loss: "bpr", "logistic" or "softmax".
        negatives: items drawn, as in ``mf``.
        reg: λ of λ/2 (|p_u|² + |v_i|²), v_i the sum in parentheses.
        scale: standard deviation of the first p, q and C.
        bits: categories share 2^bits rows of C.
        recipe: see ``Recipe``.
    """

    head: ClassVar[tuple[str, ...]] = ("items", "bias", "numbers", "categories")

    def __init__(
        self,
        dim: Annotated[int, Search(8, 128, log=True)] = 32,
        *,
        loss: str = "softmax",
        negatives: Annotated[int | None, Search(choices=(None, 32, 128, 512))] = None,
        reg: Annotated[float, Search(choices=(0.0, 1e-05, 0.0001, 0.001))] = 0.0,
        scale: float = 0.01,
        bits: int = 12,
        **recipe: Unpack[Recipe],
    ) -> None:
        super().__init__(dim, loss=loss, negatives=negatives, reg=reg, scale=scale, **recipe)
        if not 1 <= bits <= 24:  # noqa: PLR2004
            raise UsageError(f"bits={bits}", where="bits", remedy="from 1 to 24")
        self.bits = bits

    def build(self, run: Run) -> None:
        """Fresh rows, and a fresh tower for the features of items."""
        self.features: Attributes = run.item_features
        self.dense, self.fields = numeric(self.features), categorical(self.features)
        numbers = self._numbers_of(0)
        self.mean = numbers.mean(0) if len(numbers) else np.zeros(numbers.shape[1])
        deviation = numbers.std(0) if len(numbers) else np.ones(numbers.shape[1])
        self.deviation = np.where(deviation > 0, deviation, 1.0)
        self._x = torch.zeros(0, numbers.shape[1])  # (m, k) of all items read so far
        self._buckets = torch.zeros(width(self.features, self.fields), 0, dtype=torch.int64)  # (categories, m)
        draw = torch.Generator().manual_seed(run.seed)
        self.numbers = Projection(numbers.shape[1], self.dim, draw=draw) if self.dense else None
        self.categories = EmbeddingTable(self.dim, scale=self.scale, seed=(run.seed, 13)) if self.fields else None
        if self.categories is not None:
            self.categories.grow(1 << self.bits)
        super().build(run)

    def item_vectors(self, index: Tensor | None = None) -> Tensor:
        """(n, dim) q_i + A x_i + Σ C of these items, or of all that it was trained on."""
        rows = slice(len(self.items)) if index is None else index
        return sum(self._content(rows), super().item_vectors(index))

    @torch.no_grad()
    def item_factors(self) -> tuple[Tensor, Tensor]:
        """(m, dim) and (m,) of all items that are known by their features, trained on or not."""
        trained, known = len(self.items), self._known
        vectors, bias = self.item_vectors().detach(), self.bias.weight.detach()[:, 0]
        if known <= trained:
            return vectors, bias
        cold = sum(self._content(slice(trained, known)), vectors.new_zeros((known - trained, self.dim)))
        return torch.cat([vectors, cold]), torch.cat([bias, bias.new_zeros(known - trained)])

    def state(self) -> Mapping[str, AnyArray]:
        """Every parameter by its name, float32, and the mean and deviation of each number, float64."""
        return {**super().state(), "mean": self.mean, "deviation": self.deviation}

    @property
    def _known(self) -> int:
        """How many items have features by now."""
        return max(map(len, self.features.values()), default=0)

    def _content(self, rows: slice | Tensor) -> Iterator[Tensor]:
        """(n, dim) each: what the features of these items add."""
        self._read_new_items()
        if self.numbers is not None:
            yield self.numbers(self._x[rows])
        if self.categories is not None:
            yield from (self.categories(column[rows]) for column in self._buckets)

    def _read_new_items(self) -> None:
        """Standardise and hash the features of items that became known; those of an item never change."""
        begin, device = len(self._x), self.items.weight.device
        if begin == self._known:
            return
        x = (self._numbers_of(begin) - self.mean) / self.deviation
        columns = [
            buckets(column, field=f"{name} {number}", bits=self.bits)
            for name in self.fields
            for number, column in enumerate(_flat(self.features[name][begin:]).T)
        ]
        new = np.stack(columns) if columns else np.zeros((0, len(x)), np.int64)
        self._x = torch.cat([self._x.to(device), torch.from_numpy(x.astype(np.float32)).to(device)])
        self._buckets = torch.cat([self._buckets.to(device), torch.from_numpy(new).to(device)], 1)

    def _numbers_of(self, begin: int) -> FloatArray:
        """(n, k) the numbers of the items from this one on, side by side."""
        columns = [_flat(np.asarray(self.features[name][begin:], np.float64)) for name in self.dense]
        return np.concatenate(columns, 1) if columns else np.zeros((self._known - begin, 0))


def _flat(column: AnyArray) -> AnyArray:
    return column.reshape(len(column), -1)
