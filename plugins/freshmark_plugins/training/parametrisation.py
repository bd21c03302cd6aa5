"""Reparametrised training: W = part(θ), and the optimiser moves θ.

The model is unaware of it: its loss gives ∂L/∂W, the chain rule gives ∂L/∂θ, and W is recomputed after every step, so
that every way to answer works unchanged.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping

import torch
from freshmark import AnyArray
from torch import Tensor, nn

from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.optimisers import Optimiser


class Parametrisation(nn.Module):
    """Computes the first rows of one weight from trainable parameters of its own."""

    def forward(self) -> Tensor:
        """(rows, …) the first rows of the weight, or all."""
        raise NotImplementedError

    def grow(self, weight: Tensor) -> None:
        """The weight has new rows. By default they are trained directly."""


class Constant(Parametrisation):
    """Frozen rows."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.register_buffer("rows", weight.detach().clone())
        self.rows: Tensor

    def forward(self) -> Tensor:
        """(rows, …) unchanged."""
        return self.rows


class ReparametrisedOptimiser:
    """Steps of an Optimiser over θ where W = part(θ): ``∂L/∂θ = ∂L/∂W · ∂W/∂θ``.

    Args:
        model: owner of the weights.
        parts: name of a parameter → its parametrisation.
        optimise: builds the optimiser of a module's parameters.
        direct: parameters that are trained directly, such as rows beyond those of a parametrisation.
    """

    def __init__(
        self,
        model: nn.Module,
        parts: Mapping[str, Parametrisation],
        optimise: Callable[[nn.Module], Optimiser],
        *,
        direct: Iterable[nn.Parameter] = (),
    ) -> None:
        named = dict(model.named_parameters())
        self.parts = [(named[name], part) for name, part in parts.items()]
        self.trained = nn.ModuleList([*parts.values(), nn.ParameterList(direct)])
        self.optimiser = optimise(self.trained)
        self.refresh()

    def clear(self) -> None:
        """Forget the gradients."""
        self.optimiser.clear()
        for weight, part in self.parts:
            weight.grad = None
            part.zero_grad(set_to_none=True)

    def step(self) -> None:
        """Step θ along its gradients, and recompute the weights."""
        for weight, part in self.parts:
            rows = part()
            if rows.requires_grad and weight.grad is not None:
                rows.backward(_first(weight.grad, rows))
        self.optimiser.step()
        self.refresh()

    @torch.no_grad()
    def refresh(self) -> None:
        """Recompute the weights of the model."""
        for weight, part in self.parts:
            rows = part()
            _first(weight.data, rows).copy_(rows)

    def grow(self) -> None:
        """The model has new rows: grow the parametrisations and the optimiser's state."""
        for weight, part in self.parts:
            part.grow(weight.data)
        self.optimiser.grow()

    def state(self) -> Iterator[tuple[str, AnyArray]]:
        """Name and array of the parametrisations and of the optimiser's state."""
        for number, (_, part) in enumerate(self.parts):
            for name, value in (*part.named_parameters(), *part.named_buffers()):
                yield f"part.{number}.{name}", value.numpy(force=True)
        yield from self.optimiser.state()


def grown_tables(model: nn.Module) -> Mapping[str, nn.Parameter]:
    """The tables of users and items with more than one column: their representations.

    Detected by growing a copy: tables of hashed features and of classes do not grow with users and items.
    """
    names, probe = tables(model), copy.deepcopy(model)
    most = 1 + max((len(table) for table in names.values()), default=0)
    probe.grow(most, most)  # type: ignore[operator]  # a Model is a module with more methods
    grown = tables(probe)
    return {name: one for name, one in names.items() if len(grown[name]) > len(one) and one.shape[1] > 1}


def _first(weight: Tensor, rows: Tensor) -> Tensor:
    return weight[: len(rows)] if rows.dim() else weight


def tables(model: nn.Module) -> Mapping[str, nn.Parameter]:
    """Name → parameter of every embedding table."""
    return {
        f"{name}.weight".lstrip("."): module.weight
        for name, module in model.named_modules()
        if isinstance(module, EmbeddingTable)
    }
