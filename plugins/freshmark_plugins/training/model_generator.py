"""ASMG's meta-generators: a weight as a function of its values in the last models."""

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
    """``Σ_j w_j θ_j`` over the last models, normalised while there are fewer.

    seen: the weight in each of them, oldest first; (rows, columns) each
    place: the model that the output is based on (GRUGenerator); −1: the newest

    Args:
        weight: in the first model.
        shares: w, one per model, oldest first.
    """

    def __init__(self, weight: Tensor, shares: Sequence[float]) -> None:
        super().__init__()
        self.shares, self.seen, self.place = list(shares), [_flat(weight)], -1
        self.inner, self.scalar = weight.shape[1:], not weight.dim()

    def forward(self) -> Tensor:
        """The generated weight, in its own shape."""
        shares = self.shares[-len(self.seen) :]
        average = self.seen[-1] * (shares[-1] / sum(shares))
        for share, model in zip(shares[:-1], self.seen[:-1], strict=True):
            average = average + model * (share / sum(shares))
        return self.shaped(average)

    def shaped(self, rows: Tensor) -> Tensor:
        """(rows, columns) reshaped to the weight's shape."""
        return rows.reshape(()) if self.scalar else rows.reshape(len(rows), *self.inner)

    @torch.no_grad()
    def see(self, weight: Tensor) -> None:
        """Append one model, and drop the oldest beyond the number of shares."""
        self.seen.append(_flat(weight))
        if len(self.seen) > len(self.shares):
            self.forget(self.seen.pop(0))

    def forget(self, model: Tensor) -> None:
        """The oldest model is dropped."""

    def grow(self, weight: Tensor) -> None:
        """A new row counts as having had its initial value in all models."""
        rows = _flat(weight)[len(self.seen[0]) :]
        if len(rows):
            self.seen = [extended(model, rows) for model in self.seen]

    def arrays(self) -> Iterator[tuple[str, Tensor]]:
        """The stored models."""
        yield from ((f"seen.{number}", model) for number, model in enumerate(self.seen))


class GRUGenerator(WeightedAverage):
    """One GRU per column of the weight, shared by all rows; it reads one number per model.

    ::

        h_j = GRU(θ_j, h_{j−1}),   θ*_j = θ_j + a · h_j + c           a = c = 0 at first, so that θ* = θ

    carried: (rows, columns, hidden) h of the models that were dropped

    Args:
        weight: in the first model.
        shares: weight of each output in training, oldest first.
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
        """θ* based on the model at ``place``."""
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
        """Fold the dropped model into h."""
        self.carried = self.cell(model, self.carried)

    def grow(self, weight: Tensor) -> None:
        """New rows have h = 0."""
        super().grow(weight)
        more = self.carried.new_zeros(len(self.seen[0]) - len(self.carried), *self.carried.shape[1:])
        self.carried = torch.cat([self.carried, more])

    def arrays(self) -> Iterator[tuple[str, Tensor]]:
        """The stored models, and h of the dropped ones."""
        yield from super().arrays()
        yield "carried", self.carried


class GeneratedModel(ReparametrisedOptimiser):
    """Trains the generators of a model; each step uses one of their outputs, drawn by ``shares``.

    Args:
        model: the generated model.
        makers: name of a parameter → its generator; every parameter has one.
        optimise: builds the optimiser of the generators.
        draw: of the output of each step.
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
        """Generate the model at another output."""
        shares = np.array(self.makers[0].shares[-len(self.makers[0].seen) :], np.float64)
        self._make(int(self.draw.choice(len(shares), p=shares / shares.sum())) - len(shares))

    def see(self) -> None:
        """Append the current model to those read, and generate the model that answers."""
        for (weight, _), maker in zip(self.parts, self.makers, strict=True):
            maker.see(weight)
        self._make(-1)

    @torch.no_grad()
    def go_on(self) -> None:
        """Replace the generated model by the newest one that was read."""
        for (weight, _), maker in zip(self.parts, self.makers, strict=True):
            weight.data.copy_(maker.shaped(maker.seen[-1]))

    def state(self) -> Iterator[tuple[str, AnyArray]]:
        """The generators and the models they read."""
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
