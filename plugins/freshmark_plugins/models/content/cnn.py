"""cnn: two convolutions and a softmax, for classes of images."""

from __future__ import annotations

from typing import Annotated, ClassVar, Unpack

import torch
from freshmark import Events, Query, Run, Search
from torch import Tensor
from torch.nn.functional import max_pool2d

from freshmark_plugins.models.content.classifier import Head, HeadedClassifier
from freshmark_plugins.models.inputs import IMAGE, pixels, require_feature
from freshmark_plugins.models.layers import Convolution
from freshmark_plugins.training.options import Recipe


class CNN(HeadedClassifier):
    """P(c) = softmax(V f + b), with f from two rounds of convolution, max(0, ·) and the maximum of each 2 × 2 pixels.

    ::

        (c, h, w) → (channels, h/2, w/2) → (2 channels, h/4, w/4) = f        ℓ = −log P(c)

    Cost per event: 9 h w channels (c + channels/2). LeCun et al., Proceedings of the IEEE 1998, with 3 × 3 kernels.

    Args:
        channels: of the first convolution; the second has twice as many.
        recipe: see ``Recipe``.
    """

    needs: ClassVar[frozenset[str]] = frozenset({IMAGE})

    def __init__(self, *, channels: Annotated[int, Search(4, 32, log=True)] = 8, **recipe: Unpack[Recipe]) -> None:
        super().__init__(**recipe)
        self.channels = channels

    def create_parameters(self, run: Run) -> None:
        """Kernels from the seed; the head starts at 0: all classes are equally likely."""
        *colours, height, breadth = require_feature(run, IMAGE, self).shape[1:]
        draw = torch.Generator().manual_seed(run.seed)
        self.first = Convolution(colours[0] if colours else 1, self.channels, draw=draw)
        self.second = Convolution(self.channels, 2 * self.channels, draw=draw)
        self.head = Head(2 * self.channels * _quarter(height) * _quarter(breadth))

    def code(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        """(n, 2 channels · h/4 · w/4)."""
        image = pixels(rows).to(self.first.bias.device, dtype)
        for layer in (self.first, self.second):
            image = max_pool2d(layer(image).relu(), 2, ceil_mode=True)
        return image.flatten(1)


def _quarter(side: int) -> int:
    """The pixels of a side after it was halved twice, rounded up."""
    return -(-side // 4)
