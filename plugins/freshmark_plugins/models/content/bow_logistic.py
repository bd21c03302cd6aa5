"""bow_logistic: logistic regression on a hashed bag of words, for classes of texts."""

from __future__ import annotations

from typing import ClassVar, Unpack

import torch
from freshmark import Events, Query, Run, UsageError
from torch import Tensor

from freshmark_plugins.models.content.classifier import Classifier
from freshmark_plugins.models.inputs import TEXT, require_feature, tokens
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.options import Recipe

MOST_BITS = 26


class BowLogistic(Classifier):
    """P(c) = softmax(b_c + 1/√m Σ_t w_c[hash(t)]) over the m tokens t of a text; their order means nothing.

    ::

        ℓ = −log P(c)

    1/√m gives a text of distinct words the length 1, so that long texts weigh no more than short ones. All weights
    start at 0. Memory: 4 · 2^bits bytes per class. Cost per event: its tokens times the classes.
    Joachims, ECML 1998 (bags of words); Weinberger et al., ICML 2009 (hashing).

    Args:
        bits: log2 of the number of buckets that tokens are hashed into.
        recipe: see ``Recipe``.
    """

    needs: ClassVar[frozenset[str]] = frozenset({TEXT})

    def __init__(self, *, bits: int = 14, **recipe: Unpack[Recipe]) -> None:
        super().__init__(**recipe)
        if not 1 <= bits <= MOST_BITS:
            raise UsageError(f"bow_logistic has bits={bits}", remedy=f"1 to {MOST_BITS}")
        self.bits = bits

    def create_parameters(self, run: Run) -> None:
        """Weights of 0: a row each pair of class and bucket, so that sparse gradients and new classes are rows."""
        require_feature(run, TEXT, self)
        self.words = EmbeddingTable(1, scale=0.0, seed=(run.seed,))
        self.bias = EmbeddingTable(1, scale=0.0, seed=(run.seed,))

    def grow_classes(self) -> None:
        """Have 2^bits rows a class."""
        self.words.grow(self.classes << self.bits)
        self.bias.grow(self.classes)

    def logits(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        """(n, classes)."""
        index, present = (one.to(self.bias.weight.device) for one in tokens(rows, bits=self.bits))
        share = present.to(dtype) / present.sum(1, keepdim=True).clamp_min(1).sqrt()  # (n, L)
        weights = [self.words((index + (one << self.bits)).reshape(-1)) for one in range(self.classes)]
        sums = torch.stack([(weight.view(index.shape) * share).sum(1) for weight in weights], 1)
        return sums + self.bias.rows()[:, 0].to(dtype)
