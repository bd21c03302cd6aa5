"""vae_head: a softmax over the code of a variational autoencoder, for classes of images."""

from __future__ import annotations

from typing import Annotated, ClassVar, Unpack

import torch
from freshmark import Events, Query, Run, Search
from torch import Tensor

from freshmark_plugins.models.content.classifier import Head, HeadedClassifier
from freshmark_plugins.models.inputs import IMAGE, pixels, require_feature, width
from freshmark_plugins.models.layers import Projection
from freshmark_plugins.training.options import Recipe


class VAEHead(HeadedClassifier):
    """P(c) = softmax(V μ(x) + b), with μ(x) the mean code of an image x, trained to classify and to reconstruct it.

    ::

        z = μ(x) + σ(x) ⊙ ε,  ε ~ N(0, I)              x̂ = decoder(z)
        ℓ = −log P(c | z) + weight · (½ |x − x̂|² + KL),   KL = ½ Σ (μ² + σ² − 1 − log σ²)

    The autoencoder adds a training signal besides the label. Cost per event: 2 pixels · hidden.
    Kingma & Welling, ICLR 2014; a classifier over the code: M1 of Kingma et al., NeurIPS 2014, here trained jointly.

    Args:
        dim: length of the code z.
        hidden: width of the hidden layers.
        weight: of reconstruction; 0: a classifier with noise in its code.
        recipe: see ``Recipe``.
    """

    needs: ClassVar[frozenset[str]] = frozenset({IMAGE})

    def __init__(
        self,
        dim: Annotated[int, Search(4, 64, log=True)] = 16,
        *,
        hidden: Annotated[int, Search(16, 256, log=True)] = 64,
        weight: Annotated[float, Search(0.01, 1.0, log=True)] = 0.1,
        **recipe: Unpack[Recipe],
    ) -> None:
        super().__init__(**recipe)
        self.dim, self.hidden, self.weight = dim, hidden, weight

    def create_parameters(self, run: Run) -> None:
        """Weights from the seed; the head starts at 0: all classes are equally likely."""
        require_feature(run, IMAGE, self)
        size = width(run.features, [IMAGE])
        draw = torch.Generator().manual_seed(run.seed)
        self.encoder = Projection(size, self.hidden, draw=draw)
        self.mean, self.spread = (Projection(self.hidden, self.dim, draw=draw) for _ in range(2))
        self.inner, self.outer = Projection(self.dim, self.hidden, draw=draw), Projection(self.hidden, size, draw=draw)
        self.head = Head(self.dim)

    def loss(self, events: Events, draw: torch.Generator) -> Tensor:
        """(n,) classification and reconstruction losses."""
        image = self._image(events, self.mean.bias.dtype)
        hidden = self.encoder(image).relu()
        mean, logvar = self.mean(hidden), self.spread(hidden)  # (n, dim), log σ²
        noise = torch.randn(mean.shape, generator=draw, device=mean.device, dtype=mean.dtype)
        code = mean + (logvar / 2).exp() * noise
        reconstruction: Tensor = (image - self.outer(self.inner(code).relu())).square().sum(1) / 2
        divergence = (mean.square() + logvar.exp() - 1 - logvar).sum(1) / 2
        loss: Tensor = self.cross_entropy(self.head(code), events) + self.weight * (reconstruction + divergence)
        return loss

    def code(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        """(n, dim) the mean code."""
        mean: Tensor = self.mean(self.encoder(self._image(rows, dtype)).relu())
        return mean

    def _image(self, rows: Events | Query, dtype: torch.dtype) -> Tensor:
        return pixels(rows).flatten(1).to(self.mean.bias.device, dtype)
