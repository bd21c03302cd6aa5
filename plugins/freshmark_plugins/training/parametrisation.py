"""ReparametrisedOptimiser: an optimiser over what the weights of a model are made of.

A model knows nothing of it: its loss gives ∂L/∂W as ever, and the chain rule gives the rest. After every step W is made
anew, so that the model answers with it as with any other weight, whichever way it answers.
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
    """What the first rows of one weight are made of: ``forward()`` gives them; its parameters are what is trained."""

    def forward(self) -> Tensor:
        """(rows, …) the first rows of the weight, or all."""
        raise NotImplementedError

    def grow(self, weight: Tensor) -> None:
        """The weight has new rows. Default: they are its own, trained as ever."""


class Constant(Parametrisation):
    """Rows that stay as they are."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.register_buffer("rows", weight.detach().clone())
        self.rows: Tensor

    def forward(self) -> Tensor:
        """(rows, …) as they were."""
        return self.rows


class ReparametrisedOptimiser:
    """Steps of an Optimiser over θ where W = part(θ): ``∂L/∂θ = ∂L/∂W · ∂W/∂θ``.

    Args:
        model: what the weights belong to.
        parts: name of a parameter → what it is made of.
        optimise: makes the optimiser of a module's parameters.
        beside: parameters that are trained as they are; rows of a weight beyond those of its part, say.
    """

    def __init__(
        self,
        model: nn.Module,
        parts: Mapping[str, Parametrisation],
        optimise: Callable[[nn.Module], Optimiser],
        *,
        beside: Iterable[nn.Parameter] = (),
    ) -> None:
        named = dict(model.named_parameters())
        self.parts = [(named[name], part) for name, part in parts.items()]
        self.trained = nn.ModuleList([*parts.values(), nn.ParameterList(beside)])
        self.optimiser = optimise(self.trained)
        self.refresh()

    def clear(self) -> None:
        """Forget the gradients."""
        self.optimiser.clear()
        for weight, part in self.parts:
            weight.grad = None
            part.zero_grad(set_to_none=True)

    def step(self) -> None:
        """Move what the weights are made of along its gradients, and make them anew."""
        for weight, part in self.parts:
            rows = part()
            if rows.requires_grad and weight.grad is not None:
                rows.backward(_first(weight.grad, rows))
        self.optimiser.step()
        self.refresh()

    @torch.no_grad()
    def refresh(self) -> None:
        """Make the weights of the model."""
        for weight, part in self.parts:
            rows = part()
            _first(weight.data, rows).copy_(rows)

    def grow(self) -> None:
        """The model has new rows; so have the parts that want them, and the state of the optimiser."""
        for weight, part in self.parts:
            part.grow(weight.data)
        self.optimiser.grow()

    def state(self) -> Iterator[tuple[str, AnyArray]]:
        """Name and array of the parts, and of what the optimiser remembers."""
        for number, (_, part) in enumerate(self.parts):
            for name, value in (*part.named_parameters(), *part.named_buffers()):
                yield f"part.{number}.{name}", value.numpy(force=True)
        yield from self.optimiser.state()


def grown_tables(model: nn.Module) -> Mapping[str, nn.Parameter]:
    """Those that get rows with users and items, and have more than one column: representations of them.

    Found out with a copy, for names tell nothing: tables of hashed features and of classes do not grow.
    """
    names, probe = tables(model), copy.deepcopy(model)
    most = 1 + max((len(one) for one in names.values()), default=0)
    probe.grow(most, most)  # type: ignore[operator]  # a Model is a module with more methods
    grown = tables(probe)
    return {name: one for name, one in names.items() if len(grown[name]) > len(one) and one.shape[1] > 1}


def _first(weight: Tensor, rows: Tensor) -> Tensor:
    return weight[: len(rows)] if rows.dim() else weight


def tables(model: nn.Module) -> Mapping[str, nn.Parameter]:
    """Name → parameter of every table: their rows may become more."""
    return {
        f"{name}.weight".lstrip("."): module.weight
        for name, module in model.named_modules()
        if isinstance(module, EmbeddingTable)
    }
