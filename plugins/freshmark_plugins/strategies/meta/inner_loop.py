"""The inner loop of MAML: gradient steps as a differentiable function of their starting point."""

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
"""Name of a parameter of the model → its value."""


def adapted_parameters(model: nn.Module, parts: Sequence[str], name: str) -> list[str]:
    """Names of the adapted parameters of a built model: those of the parts, or all except tables.

    Args:
        model: built.
        parts: prefixes of parameter names; empty: all except tables.
        name: of the strategy.

    Raises:
        UsageError: it has no such part, or only tables.
    """
    named, shared, kind = dict(model.named_parameters()), tables(model), type(model).__name__
    require_parts(named, parts, f"{kind} that {name} adapts")
    local = [one for one in named if one.partition(".")[0] in parts or (not parts and one not in shared)]
    if not local:
        raise UsageError(f"{kind} has only tables", remedy=f"name the part to adapt: {name}(…, local='users')")
    return local


class InnerLoop:
    """``θ' = θ − α ∇L(θ; support)``, ``steps`` times over.

    Args:
        model: whose loss is minimised.
        lr: α.
        steps: number of steps.
        second_order: whether to differentiate through the inner gradient (MAML) or not (FOMAML).
    """

    def __init__(self, model: nn.Module, *, lr: float, steps: int, second_order: bool) -> None:
        self.model, self.lr, self.steps, self.second_order = model, lr, steps, second_order
        self._loss = _Loss(model)

    def loss(self, events: Events, draw: torch.Generator, weights: Weights) -> Tensor:
        """(n,) losses with these weights in place of the model's; other parameters stay."""
        named = {f"model.{name}": weight for name, weight in weights.items()}
        loss: Tensor = functional_call(self._loss, named, (events, draw))
        return loss

    def adapted(self, support: Events, draw: torch.Generator, weights: Weights) -> Weights:
        """The weights after the steps."""
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
    """A model whose ``forward`` is its loss, for ``functional_call``."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, events: Events, draw: torch.Generator) -> Tensor:
        loss: Tensor = self.model.loss(events, draw)  # type: ignore[operator]  # a Model is a module with more methods
        return loss
