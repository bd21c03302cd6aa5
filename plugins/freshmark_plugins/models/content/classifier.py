"""Base classes of models of classes."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Unpack

import numpy as np
import torch
from freshmark import AnyArray, Events, FloatArray, Query, Run, Task, UsageError
from torch import Tensor, nn
from torch.nn import functional

from freshmark_plugins.kernels.growth import row_count
from freshmark_plugins.models.context_free import ContextFree
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.options import Recipe


class Classifier(ContextFree):
    """P(class) by softmax over logits, trained with cross-entropy, with a row per class.

    Answers are computed in float64, so that a row's answer, rounded to float32, is the same in every batch.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"classify"})

    def __init__(self, **recipe: Unpack[Recipe]) -> None:
        super().__init__(**recipe)
        self.classes = 0

    @abstractmethod
    def create_parameters(self, run: Run) -> None:
        """Create the parameters, without rows of classes."""

    @abstractmethod
    def grow_classes(self) -> None:
        """Grow to ``self.classes`` classes; old rows keep their values."""

    @abstractmethod
    def logits(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        """(n, classes)."""

    def build(self, run: Run) -> None:
        """Fresh parameters, with rows for all known classes."""
        self.create_parameters(run)
        self.classes = max(self.classes, run.classes)
        self.grow_classes()

    def meet(self, events: Events) -> None:
        """Add rows for new classes among these labels."""
        self.classes = max(self.classes, row_count(self._labels(events)))
        self.grow_classes()

    def loss(self, events: Events, draw: torch.Generator) -> Tensor:
        """(n,) −log P(class of the event)."""
        del draw
        return self.cross_entropy(self.outputs(events), events)

    def cross_entropy(self, logits: Tensor, events: Events) -> Tensor:
        """(n,) cross-entropy of logits (n, classes) and the labels of events."""
        return functional.cross_entropy(
            logits, torch.from_numpy(self._labels(events)).to(logits.device), reduction="none"
        )

    def outputs(self, events: Events) -> Tensor:
        """(n, classes) logits; gradients flow."""
        return self.logits(events, next(self.parameters()).dtype)

    @torch.no_grad()
    def predict(self, query: Query) -> FloatArray:
        """(n, classes) probabilities."""
        logits = self.logits(query, torch.float64).float().numpy(force=True).astype(np.float64)
        odds = np.exp(logits - logits.max(1, keepdims=True))
        # Summed class by class: numpy may order a sum along rows differently for another number of rows.
        shares: FloatArray = odds / sum(odds.T)[:, None]
        return shares

    def _labels(self, events: Events) -> AnyArray:
        if events.label is None:
            raise UsageError(f"{type(self).__name__} learns from labels, and these events have no labels")
        return np.array(events.label, np.int64)


class Head(nn.Module):
    """x · wᵀ + b, with one row of w and b per class, initially 0: all classes are equally likely.

    weight: table of (classes, width)
    bias: table of (classes, 1)
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight, self.bias = EmbeddingTable(width, scale=0.0, seed=(0,)), EmbeddingTable(1, scale=0.0, seed=(0,))

    def grow(self, classes: int) -> None:
        """Grow to at least this many rows."""
        self.weight.grow(classes)
        self.bias.grow(classes)

    def forward(self, x: Tensor) -> Tensor:
        """(n, width) → (n, classes)."""
        return x @ self.weight.rows().T.to(x.dtype) + self.bias.rows()[:, 0].to(x.dtype)


class HeadedClassifier(Classifier):
    """A classifier whose last layer is a Head."""

    head: Head

    @abstractmethod
    def code(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        """(n, width) the input of the head."""

    def grow_classes(self) -> None:
        """Grow the head."""
        self.head.grow(self.classes)

    def logits(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        """(n, classes)."""
        logits: Tensor = self.head(self.code(rows, dtype))
        return logits

    def represent(self, events: Events) -> Tensor:
        """(n, width) the input of the head; gradients flow."""
        return self.code(events, next(self.parameters()).dtype)
