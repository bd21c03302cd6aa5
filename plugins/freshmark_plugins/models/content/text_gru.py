"""text_gru: a gated recurrent network that reads a text word by word, for classes of texts."""

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


class TextGRU(HeadedClassifier):
    """P(c) = softmax(V h_m + b), with h_m the state of a GRU after the last token of a text.

    ::

        r = σ(W_r e_t + U_r h)    z = σ(W_z e_t + U_z h)    c = tanh(W_c e_t + r ⊙ (U_c h))
        h ← (1 − z) ⊙ c + z ⊙ h                              ℓ = −log P(c)

    with a bias in each W and U. Memory: 4 · dim · 2^bits bytes. Cost per event: tokens · 3 hidden (dim + hidden).
    Cho et al., EMNLP 2014; r applied after U_c as in torch.nn.GRU.

    Args:
        dim: length of a word's vector.
        hidden: width of the state.
        length: how many tokens of a text are read, from its beginning.
        bits: log2 of the number of buckets that tokens are hashed into.
        recipe: see ``Recipe``.
    """

    needs: ClassVar[frozenset[str]] = frozenset({TEXT})

    def __init__(
        self,
        dim: Annotated[int, Search(16, 128, log=True)] = 32,
        *,
        hidden: Annotated[int, Search(16, 128, log=True)] = 32,
        length: int = 64,
        bits: int = 14,
        **recipe: Unpack[Recipe],
    ) -> None:
        super().__init__(**recipe)
        self.dim, self.hidden, self.length, self.bits = dim, hidden, length, bits

    def create_parameters(self, run: Run) -> None:
        """Word vectors and weights from the seed; the head starts at 0: all classes are equally likely."""
        require_feature(run, TEXT, self)
        self.words = EmbeddingTable(self.dim, scale=1.0, seed=(run.seed, 30))
        self.words.grow(1 << self.bits)
        draw = torch.Generator().manual_seed(run.seed)
        self.inward = Projection(self.dim, 3 * self.hidden, draw=draw)  # the three gates above each other
        self.onward = Projection(self.hidden, 3 * self.hidden, draw=draw)
        self.head = Head(self.hidden)

    def code(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        """(n, hidden) the state after the last token, 0 where there is none."""
        index, present = (one[:, : self.length].to(self.words.weight.device) for one in tokens(rows, bits=self.bits))
        length = present.sum(1)  # (n,)
        steps = int(length.max()) if len(length) else 0
        vectors: Tensor = self.words(index[:, :steps].reshape(-1)).view(len(index), steps, self.dim).to(dtype)
        start = vectors.new_zeros(1, len(index), self.hidden)
        if not steps:
            return start[0]
        weights = [self.inward.weight, self.onward.weight, self.inward.bias, self.onward.bias]
        with torch.backends.cudnn.flags(enabled=False):  # it wants all weights side by side in memory
            states = torch.gru(vectors, start, [w.to(dtype) for w in weights], True, 1, 0.0, False, False, True)[0]
        last: Tensor = states[torch.arange(len(index), device=index.device), (length - 1).clamp_min(0)]
        return last * (length > 0)[:, None]
