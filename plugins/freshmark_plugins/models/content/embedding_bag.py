"""embedding_bag: the mean of word vectors and one hidden layer, for classes of texts."""

from __future__ import annotations

from typing import Annotated, ClassVar, Unpack

import torch
from freshmark import Events, Query, Run, Search
from torch import Tensor

from freshmark_plugins.models.content.classifier import Head, HeadedClassifier
from freshmark_plugins.models.inputs import TEXT, require_feature, tokens
from freshmark_plugins.models.layers import Projection
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.options import Recipe


class EmbeddingBag(HeadedClassifier):
    """P(c) = softmax(V relu(W x + a) + b), with x the mean of the vectors of a text's tokens.

    ::

        x = 1/m Σ_t e[hash(t)]        ℓ = −log P(c)

    Memory: 4 · dim · 2^bits bytes. Cost per event: dim · (m + hidden).
    Joulin et al., EACL 2017 (fastText), there without the hidden layer and with pairs of words too.

    Args:
        dim: length of a word's vector.
        hidden: width of the hidden layer.
        bits: log2 of the number of buckets that tokens are hashed into.
        recipe: see ``Recipe``.
    """

    needs: ClassVar[frozenset[str]] = frozenset({TEXT})

    def __init__(
        self,
        dim: Annotated[int, Search(16, 128, log=True)] = 32,
        *,
        hidden: Annotated[int, Search(16, 128, log=True)] = 32,
        bits: int = 14,
        **recipe: Unpack[Recipe],
    ) -> None:
        super().__init__(**recipe)
        self.dim, self.hidden, self.bits = dim, hidden, bits

    def create_parameters(self, run: Run) -> None:
        """Word vectors and hidden layer from the seed; the head starts at 0: all classes are equally likely."""
        require_feature(run, TEXT, self)
        self.words = EmbeddingTable(self.dim, scale=1.0, seed=(run.seed, 20))
        self.words.grow(1 << self.bits)
        self.inner = Projection(self.dim, self.hidden, draw=torch.Generator().manual_seed(run.seed))
        self.head = Head(self.hidden)

    def code(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        """(n, hidden)."""
        index, present = (one.to(self.words.weight.device) for one in tokens(rows, bits=self.bits))
        share = present.to(dtype) / present.sum(1, keepdim=True).clamp_min(1)  # (n, L)
        vectors = self.words(index.reshape(-1)).view(*index.shape, self.dim)
        hidden: Tensor = self.inner((vectors * share[:, :, None]).sum(1))
        return hidden.relu()
