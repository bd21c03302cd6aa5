"""softmax: logistic regression on pixels, for classes of images."""

from __future__ import annotations

from typing import ClassVar

import torch
from freshmark import Events, Query, Run
from torch import Tensor

from freshmark_plugins.models.content.classifier import Head, HeadedClassifier
from freshmark_plugins.models.inputs import IMAGE, pixels, require_feature, width


class Softmax(HeadedClassifier):
    """P(c) = softmax(w_c · x + b_c), with x the pixels of an image.

    ::

        ℓ = −log P(c)

    All weights start at 0. Memory: 4 bytes per pixel and class. Cost per event: pixels times classes.
    Bishop, Pattern Recognition and Machine Learning, 2006, section 4.3.4.
    """

    needs: ClassVar[frozenset[str]] = frozenset({IMAGE})

    def create_parameters(self, run: Run) -> None:
        """Weights of 0."""
        require_feature(run, IMAGE, self)
        self.head = Head(width(run.features, [IMAGE]))

    def code(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        """(n, pixels)."""
        return pixels(rows).flatten(1).to(self.head.bias.weight.device, dtype)
