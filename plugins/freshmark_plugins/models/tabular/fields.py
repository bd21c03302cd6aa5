"""Embeddings of the fields of an event: its user, item, categories and text."""

from __future__ import annotations

import torch
from freshmark import AnyArray, Events, IntArray, Query, Run, UsageError
from torch import Tensor, nn

from freshmark_plugins.kernels.hashing import buckets
from freshmark_plugins.models.inputs import TEXT, categorical, tokens, width
from freshmark_plugins.models.layers import index_of
from freshmark_plugins.training.embedding_table import EmbeddingTable

MOST_BITS = 30


class Fields(nn.Module):
    """Users and items have a row each, which grow as they appear; categories and tokens share 2^bits hashed rows.

    Users and items without a row yet have the vector 0. A text is the mean of the vectors of its tokens.

    Args:
        run: with the features of the stream.
        dim: length of a vector.
        bits: log2 of the number of hashed rows.
        scale: standard deviation of the initial values.
        seed: of these.
    """

    def __init__(self, run: Run, dim: int, *, bits: int, scale: float, seed: int) -> None:
        super().__init__()
        if not 1 <= bits <= MOST_BITS:
            raise UsageError(f"bits={bits}", remedy=f"1 to {MOST_BITS}")
        self.dim, self.bits = dim, bits
        self.names = categorical(run.features)
        self.text = TEXT in run.features
        self.count = 2 + width(run.features, self.names) + self.text
        self.users, self.items, self.hashed = (
            EmbeddingTable(dim, scale=scale, seed=(run.seed, seed, of)) for of in range(3)
        )
        self.hashed.grow(1 << bits if self.names or self.text else 0)

    def grow(self, users: int, items: int) -> None:
        """Grow to these numbers of users and items."""
        self.users.grow(users)
        self.items.grow(items)

    def forward(self, rows: Events | Query, dtype: torch.dtype) -> list[Tensor]:
        """For each field, (n, dim), in this precision."""
        device = self.users.weight.device
        vectors = [lookup(self.users, rows.user), lookup(self.items, rows.item)]
        vectors += [self.hashed(torch.from_numpy(index).to(device)) for index in self.buckets(rows)]
        if self.text:
            index, present = (one.to(device) for one in tokens(rows, bits=self.bits))
            share = present.to(dtype) / present.sum(1, keepdim=True).clamp_min(1)  # (n, L)
            words = self.hashed(index.reshape(-1)).view(*index.shape, self.dim)
            vectors.append((words * share[:, :, None]).sum(1))
        return [one.to(dtype) for one in vectors]

    def buckets(self, rows: Events | Query) -> list[IntArray]:
        """For each category, (n,) buckets."""
        columns = [(name, rows.features[name].reshape(len(rows), -1)) for name in self.names]
        return [
            buckets(column[:, part], field=f"{name}.{part}", bits=self.bits)
            for name, column in columns
            for part in range(column.shape[1])
        ]


def lookup(table: EmbeddingTable, codes: AnyArray | None) -> Tensor:
    """(n, dim) the rows of these codes, 0 for codes without a row.

    Raises:
        UsageError: the query has no items.
    """
    if codes is None:
        raise UsageError("these queries have no items", remedy="a task such as click or rate")
    index = index_of(codes, table.weight.device)
    known = index < len(table)
    if not len(table):
        return table.weight.new_zeros(len(index), table.weight.shape[1])
    vectors: Tensor = table(index.where(known, 0))
    return vectors * known[:, None]
