"""logistic: logistic regression on hashed and dense features, for clicks and classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Unpack

import numpy as np
import torch
from freshmark import Events, FloatArray, IntArray, Query, Run, Task, UsageError
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from freshmark_plugins.kernels.hashing import buckets
from freshmark_plugins.models.context_free import ContextFree
from freshmark_plugins.models.inputs import TEXT, categorical, numbers, numeric, tokens, width
from freshmark_plugins.models.layers import sigmoid
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.options import Recipe

MOST_BITS = 30


class Logistic(ContextFree):
    """P(click) = σ(b + Σ_f w[hash(f, value)] + v · x); classes by softmax, with one w and v per class.

    Fields f are the user, the item and every category; x are the numbers and pixels. Each of the m tokens of a
    text counts 1/√m. docs/models.md defines the kinds of features.
    All weights start at 0, so the first answer is ½, or 1/classes; unseen users and items contribute 0, unless they
    share a bucket. Memory: 4 · 2^bits bytes, times the classes.
    McMahan et al., KDD 2013 (clicks online); Weinberger et al., ICML 2009 (hashing).

    Args:
        bits: log2 of the number of buckets.
        recipe: see ``Recipe``.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"click", "classify"})

    def __init__(self, *, bits: int = 18, **recipe: Unpack[Recipe]) -> None:
        super().__init__(**recipe)
        if not 1 <= bits <= MOST_BITS:
            raise UsageError(f"logistic has bits={bits}", remedy=f"1 to {MOST_BITS}")
        self.bits = bits

    def build(self, run: Run) -> None:
        """Weights of 0."""
        self.classify = run.task == "classify"
        outputs = run.classes if self.classify else 1
        self.dense, self.fields = numeric(run.features), categorical(run.features)
        self.hashed = EmbeddingTable(outputs, scale=0.0, seed=(run.seed,))
        self.hashed.grow(1 << self.bits)
        self.linear = nn.Parameter(torch.zeros(width(run.features, self.dense), outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def loss(self, events: Events, draw: torch.Generator) -> Tensor:
        """(n,) cross-entropy of each event."""
        del draw
        label = events.label
        if label is None:
            raise UsageError("logistic learns from labels, and these events have no labels")
        logits = self.outputs(events)
        if self.classify:
            target = torch.from_numpy(np.array(label, np.int64)).to(logits.device)
            return cross_entropy(logits, target, reduction="none")
        target = torch.from_numpy(np.array(label, np.float32)).to(logits)
        return binary_cross_entropy_with_logits(logits[:, 0], target, reduction="none")

    def outputs(self, events: Events) -> Tensor:
        """(n, 1) the logit of a click, or (n, classes)."""
        logits = self.bias + numbers(events, self.dense).to(self.linear) @ self.linear
        for index, share in self._hashed(events):
            weights = self.hashed(torch.from_numpy(index).to(logits.device))
            logits = logits + (weights if share is None else weights * torch.from_numpy(share).to(weights))
        return logits

    def predict(self, query: Query) -> FloatArray:
        """(n,) probability of a click, or (n, classes)."""
        bias, linear, hashed = (w.numpy(force=True) for w in (self.bias, self.linear, self.hashed.weight))
        logits = np.tile(bias.astype(np.float64), (len(query), 1))
        dense = numbers(query, self.dense).numpy().astype(np.float64)
        for output in range(len(bias)):  # sums of one row each: a matrix product would change bits with the batch
            logits[:, output] += (dense * linear[:, output]).sum(1)
        for index, share in self._hashed(query):
            logits += hashed[index] if share is None else hashed[index] * share
        if self.classify:
            odds = np.exp(logits - logits.max(1, keepdims=True))
            shares: FloatArray = odds / odds.sum(1, keepdims=True)
            return shares
        return sigmoid(logits[:, 0])

    def _hashed(self, rows: Events | Query) -> Iterator[tuple[IntArray, NDArray[np.float32] | None]]:
        """For each field, and each token of a text, (n,) buckets and (n, 1) their weights; None: 1."""
        yield buckets(rows.user, field="user", bits=self.bits), None
        if rows.item is not None and not self.classify:
            yield buckets(rows.item, field="item", bits=self.bits), None
        for name in self.fields:
            column = rows.features[name].reshape(len(rows), -1)
            for part in range(column.shape[1]):
                yield buckets(column[:, part], field=f"{name}.{part}", bits=self.bits), None
        if TEXT in rows.features:
            index, present = (one.numpy() for one in tokens(rows, bits=self.bits))
            share = (present / np.sqrt(np.maximum(present.sum(1, keepdims=True), 1))).astype(np.float32)
            yield from ((index[:, token], share[:, token, None]) for token in range(index.shape[1]))
