"""FTRL-proximal: follow the (proximally) regularised leader, with one learning rate per coordinate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn, optim


class FTRL(optim.Optimizer):
    """Algorithm 1 of McMahan et al., KDD 2013 ("Ad Click Prediction: a View from the Trenches").

    ::

        σ = (√(n + g²) − √n) / α
        z ← z + g − σ w
        n ← n + g²
        w = 0                                                    where |z| ≤ λ1
        w = −(z − sgn(z) λ1) / ((β + √n) / α + λ2)               elsewhere

    The paper starts at w = 0. For other initial values, z starts at −(w (β/α + λ2) + sgn(w) λ1), for which the formula
    gives that w; λ2 then pulls towards the initial value. A coordinate with g = 0 does not move, so dense and sparse
    gradients give the same numbers. Memory: z and n, twice the model.

    Args:
        parameters: to optimise.
        lr: α.
        beta: β; 1 in the paper.
        l1: λ1; above 0 it makes weights exactly 0.
        l2: λ2.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float = 0.05,
        *,
        beta: float = 1.0,
        l1: float = 0.0,
        l2: float = 1.0,
    ) -> None:
        if min(beta, l1, l2) < 0:
            raise ValueError(f"beta={beta}, l1={l1} and l2={l2} must be 0 or more")
        super().__init__(parameters, {"lr": lr, "beta": beta, "l1": l1, "l2": l2})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # no closure is ever given
        """Move every parameter that has a gradient."""
        del closure
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, **group)

    def fresh(self, name: str, rows: Tensor) -> Tensor:
        """Initial z and n of new rows."""
        if name == "n":
            return torch.zeros_like(rows)
        beta, l1, l2, lr = (self.defaults[one] for one in ("beta", "l1", "l2", "lr"))
        start: Tensor = -(rows * (beta / lr + l2) + rows.sign() * l1)
        return start

    def _move(self, parameter: nn.Parameter, *, lr: float, beta: float, l1: float, l2: float, **_: Any) -> None:
        held = self.state[parameter]
        if not held:
            held.update({name: self.fresh(name, parameter.data) for name in ("z", "n")})
        rows, gradient = _touched(parameter)
        z, n, w = held["z"][rows], held["n"][rows], parameter.data[rows]
        total = n + gradient.square()
        z = z + gradient - (total.sqrt() - n.sqrt()) / lr * w
        held["z"][rows], held["n"][rows] = z, total
        parameter.data[rows] = -(z - z.clamp(-l1, l1)) / ((beta + total.sqrt()) / lr + l2)


def _touched(parameter: nn.Parameter) -> tuple[Any, Tensor]:
    """The rows with a gradient, and the gradient."""
    gradient = parameter.grad
    if gradient is None or not gradient.is_sparse:
        return slice(None), torch.zeros_like(parameter) if gradient is None else gradient
    gradient = gradient.coalesce()
    return gradient.indices()[0], gradient.values()
