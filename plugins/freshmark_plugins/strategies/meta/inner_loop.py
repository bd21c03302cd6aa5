"""InnerLoop: steps of gradient descent as a function of where they begin, so that one can learn where to begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import torch
from freshmark import Events, UsageError
from torch import Tensor, nn
from torch.func import functional_call

from freshmark_plugins.models.requirements import require_parts
from freshmark_plugins.training.parametrisation import tables

Weights: TypeAlias = Mapping[str, Tensor]
"""Name of a parameter of the model → what it is to be."""


def adapted_parameters(model: nn.Module, parts: Sequence[str], name: str) -> list[str]:
    """Names of the parameters of a built model that are adapted: those of the parts, or all but tables.

    Args:
        model: built.
        parts: first words of the names of parameters; empty for all but those of tables.
        name: of the strategy.

    Raises:
        UsageError: it has no such part, or nothing but tables.
    """
    named, shared, kind = dict(model.named_parameters()), tables(model), type(model).__name__
    require_parts(named, parts, f"{kind} that {name} adapts")
    local = [one for one in named if one.partition(".")[0] in parts or (not parts and one not in shared)]
    if not local:
        raise UsageError(f"{kind} has nothing but tables", remedy=f"name some to adapt: {name}(…, local='users')")
    return local


class InnerLoop:
    """``θ' = θ − α ∇L(θ; support)``, ``steps`` times over.

    Args:
        model: whose loss it is.
        lr: α.
        steps: how many.
        second_order: whether θ' is differentiated through the gradient too (MAML), or that is constant (FOMAML).
    """

    def __init__(self, model: nn.Module, *, lr: float, steps: int, second_order: bool) -> None:
        self.model, self.lr, self.steps, self.second_order = model, lr, steps, second_order
        self._loss = _Loss(model)

    def loss(self, events: Events, draw: torch.Generator, weights: Weights) -> Tensor:
        """(n,) of each event, with these weights in place of the model's own; others stay."""
        named = {f"model.{name}": weight for name, weight in weights.items()}
        loss: Tensor = functional_call(self._loss, named, (events, draw))
        return loss

    def adapted(self, support: Events, draw: torch.Generator, weights: Weights) -> Weights:
        """Where the steps lead from these weights."""
        for _ in range(self.steps):
            loss = self.loss(support, draw, weights).mean()
            gradients = torch.autograd.grad(
                loss, list(weights.values()), create_graph=self.second_order, allow_unused=True
            )
            weights = {
                name: weight if gradient is None else weight - self.lr * gradient
                for (name, weight), gradient in zip(weights.items(), gradients, strict=True)
            }
        return weights


class _Loss(nn.Module):
    """A model whose ``forward`` is its loss, which is what torch can call with other parameters."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, events: Events, draw: torch.Generator) -> Tensor:
        loss: Tensor = self.model.loss(events, draw)  # type: ignore[operator]  # a Model is a module with more methods
        return loss
