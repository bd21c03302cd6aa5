"""Generators: what makes a weight of those that it was in the last models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import sqrt

import numpy as np
import torch
from freshmark import AnyArray
from torch import Tensor, nn

from freshmark_plugins.training.embedding_table import extended
from freshmark_plugins.training.optimisers import Optimiser
from freshmark_plugins.training.parametrisation import Parametrisation, ReparametrisedOptimiser


class WeightedAverage(Parametrisation):
    """``Σ_j w_j θ_j`` over the last models; fewer, at first, share the whole.

    seen: the weight in each of them, oldest first; (rows, columns) each
    place: which of the models is gone on from (GRUGenerator): −1 the newest

    Args:
        weight: in the first model.
        shares: w, one a model, oldest first.
    """

    def __init__(self, weight: Tensor, shares: Sequence[float]) -> None:
        super().__init__()
        self.shares, self.seen, self.place = list(shares), [_flat(weight)], -1
        self.inner, self.scalar = weight.shape[1:], not weight.dim()

    def forward(self) -> Tensor:
        """What the weight is to be, in its shape."""
        shares = self.shares[-len(self.seen) :]
        made = self.seen[-1] * (shares[-1] / sum(shares))
        for share, model in zip(shares[:-1], self.seen[:-1], strict=True):
            made = made + model * (share / sum(shares))
        return self.shaped(made)

    def shaped(self, made: Tensor) -> Tensor:
        """(rows, columns) in the shape of the weight."""
        return made.reshape(()) if self.scalar else made.reshape(len(made), *self.inner)

    @torch.no_grad()
    def see(self, weight: Tensor) -> None:
        """One more model; there are as many as shares."""
        self.seen.append(_flat(weight))
        if len(self.seen) > len(self.shares):
            self.forget(self.seen.pop(0))

    def forget(self, model: Tensor) -> None:
        """The oldest leaves."""

    def grow(self, weight: Tensor) -> None:
        """A row that is new was there all along, as it begins."""
        rows = _flat(weight)[len(self.seen[0]) :]
        if len(rows):
            self.seen = [extended(model, rows) for model in self.seen]

    def arrays(self) -> Iterator[tuple[str, Tensor]]:
        """What it remembers of models."""
        yield from ((f"seen.{number}", model) for number, model in enumerate(self.seen))


class GRUGenerator(WeightedAverage):
    """One GRU a column of the weight, which all rows share; it reads one number a model.

    ::

        h_j = GRU(θ_j, h_{j−1}),   θ*_j = θ_j + a · h_j + c           a = c = 0 at first, so that θ* = θ

    carried: (rows, columns, hidden) h of the models that have left

    Args:
        weight: in the first model.
        shares: how much each output counts in training, oldest first.
        hidden: length of h.
        draw: of the first values.
    """

    def __init__(self, weight: Tensor, shares: Sequence[float], *, hidden: int, draw: torch.Generator) -> None:
        super().__init__(weight, shares)
        rows, columns = self.seen[0].shape
        self.carried = self.seen[0].new_zeros(rows, columns, hidden)

        def drawn(*shape: int) -> nn.Parameter:
            return nn.Parameter(((2 * torch.rand(shape, generator=draw) - 1) / sqrt(hidden)).to(self.carried))

        self.read, self.bias = drawn(columns, 3 * hidden), drawn(columns, 3 * hidden)
        self.recall = drawn(columns, hidden, 3 * hidden)
        self.a = nn.Parameter(self.carried.new_zeros(columns, hidden))
        self.c = nn.Parameter(self.carried.new_zeros(columns))

    def forward(self) -> Tensor:
        """θ* that goes on from the model at ``place``."""
        models = self.seen[: len(self.seen) + 1 + self.place]
        hidden = self.carried
        for model in models:
            hidden = self.cell(model, hidden)
        return self.shaped(models[-1] + (hidden * self.a).sum(-1) + self.c)

    def cell(self, x: Tensor, h: Tensor) -> Tensor:
        """(rows, columns, hidden) the next h."""
        reset, keep, new = (x[..., None] * self.read + self.bias).chunk(3, -1)
        reset_h, keep_h, new_h = torch.einsum("rch,chg->rcg", h, self.recall).chunk(3, -1)
        kept = torch.sigmoid(keep + keep_h)
        return (1 - kept) * torch.tanh(new + torch.sigmoid(reset + reset_h) * new_h) + kept * h

    def forget(self, model: Tensor) -> None:
        """The oldest leaves h behind."""
        self.carried = self.cell(model, self.carried)

    def grow(self, weight: Tensor) -> None:
        """A row that is new was there all along, and left nothing behind."""
        super().grow(weight)
        more = self.carried.new_zeros(len(self.seen[0]) - len(self.carried), *self.carried.shape[1:])
        self.carried = torch.cat([self.carried, more])

    def arrays(self) -> Iterator[tuple[str, Tensor]]:
        """The models, and what is left of those before."""
        yield from super().arrays()
        yield "carried", self.carried


class GeneratedModel(ReparametrisedOptimiser):
    """Steps of the generators of a model, each step at one of their outputs: the newest the more likely, as shares say.

    Args:
        model: that is generated.
        makers: name of a parameter → what makes it; every parameter has one.
        optimise: makes the optimiser of the generators.
        draw: which output a step takes.
    """

    def __init__(
        self,
        model: nn.Module,
        makers: Mapping[str, WeightedAverage],
        optimise: Callable[[nn.Module], Optimiser],
        draw: np.random.Generator,
    ) -> None:
        self.makers, self.draw = list(makers.values()), draw
        super().__init__(model, makers, optimise)

    def refresh(self) -> None:
        """Make the model anew, at another output."""
        shares = np.array(self.makers[0].shares[-len(self.makers[0].seen) :], np.float64)
        self._make(int(self.draw.choice(len(shares), p=shares / shares.sum())) - len(shares))

    def see(self) -> None:
        """The model as it is now is one more to read; answer with what is made of it."""
        for (weight, _), maker in zip(self.parts, self.makers, strict=True):
            maker.see(weight)
        self._make(-1)

    @torch.no_grad()
    def go_on(self) -> None:
        """Put the newest model that was read in place of what was made."""
        for (weight, _), maker in zip(self.parts, self.makers, strict=True):
            weight.data.copy_(maker.shaped(maker.seen[-1]))

    def state(self) -> Iterator[tuple[str, AnyArray]]:
        """Of the generators, and the models that they read."""
        yield from super().state()
        for number, maker in enumerate(self.makers):
            for name, value in maker.arrays():
                yield f"part.{number}.{name}", value.numpy(force=True)

    def _make(self, place: int) -> None:
        for maker in self.makers:
            maker.place = place
        super().refresh()


def _flat(weight: Tensor) -> Tensor:
    """(rows, columns) of a weight of any shape; a copy."""
    copy = weight.detach().clone()
    return copy.flatten(1) if copy.dim() > 1 else copy.reshape(-1, 1)
