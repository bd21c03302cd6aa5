"""Base class of models of clicks and ratings."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
import torch
from freshmark import AnyArray, Events, FloatArray, Query, Run, Task, UsageError
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from freshmark_plugins.models.context_free import ContextFree
from freshmark_plugins.models.layers import sigmoid


class Pointwise(ContextFree):
    """One number s per event: P(click) = σ(s), trained with cross-entropy; or the rating s, with the squared error.

    The bias starts at the mean of the first labels: the mean rating, or the logit of the share of clicks. Answers are
    computed in float64, so that a row's answer, rounded to float32, is the same in every batch.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"click", "rate"})

    @abstractmethod
    def create_parameters(self, run: Run) -> None:
        """Create the parameters, without the bias and without rows of users and items."""

    @abstractmethod
    def score_without_bias(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        """(n,) s without the bias."""

    def build(self, run: Run) -> None:
        """Fresh parameters."""
        self.rates = run.task == "rate"
        self.started = False
        self.bias = nn.Parameter(torch.zeros(1))
        self.create_parameters(run)
        self.grow(run.users, run.items)

    def meet(self, events: Events) -> None:
        """Start the bias at the mean of the first labels."""
        if not self.started and len(events):
            mean = float(np.mean(self._labels(events)))
            share = min(max(mean, 1e-3), 1 - 1e-3)
            self.bias.data.fill_(mean if self.rates else np.log(share / (1 - share)))
            self.started = True

    def loss(self, events: Events, draw: torch.Generator) -> Tensor:
        """(n,) cross-entropy, or squared error."""
        del draw
        score = self.outputs(events)[:, 0]
        label = torch.from_numpy(self._labels(events)).to(score)
        if self.rates:
            return (score - label).square()
        return binary_cross_entropy_with_logits(score, label, reduction="none")

    def outputs(self, events: Events) -> Tensor:
        """(n, 1) the logit of a click, or the rating; gradients flow."""
        return self._score(events, self.bias.dtype)[:, None]

    @torch.no_grad()
    def predict(self, query: Query) -> FloatArray:
        """(n,) probability of a click, or rating."""
        score = self._score(query, torch.float64).float().numpy(force=True).astype(np.float64)
        if self.rates:
            return score
        return sigmoid(score)

    def _score(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        return self.bias.to(dtype) + self.score_without_bias(rows, dtype)

    def _labels(self, events: Events) -> AnyArray:
        if events.label is None:
            raise UsageError(f"{type(self).__name__} learns from labels, and these events have no labels")
        return np.array(events.label, np.float64)
