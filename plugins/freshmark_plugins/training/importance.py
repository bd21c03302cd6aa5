"""Importance of parameters: powers of gradients, averaged over events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from freshmark import Events
from torch import Tensor


def importance(model: Any, events: Events, value: Callable[[Events], Tensor], *, power: int) -> dict[str, Tensor]:
    """The mean over events of |∂ value(event) / ∂θ|^power, for each parameter.

    One backward pass per event, with sparse gradients of tables. Dropout is off. Cost: events · (one step, and the
    size of the dense parameters).
    """
    total = {name: torch.zeros_like(parameter) for name, parameter in model.named_parameters()}
    model.eval()
    with (
        _sparse(model),
        torch.backends.cudnn.flags(enabled=False),
    ):  # cuDNN refuses gradients of recurrent layers in eval
        for row in range(len(events)):
            model.zero_grad(set_to_none=True)
            value(events[row : row + 1]).sum().backward()  # type: ignore[no-untyped-call]
            for name, parameter in model.named_parameters():
                _add(total[name], parameter.grad, power)
    model.zero_grad(set_to_none=True)
    return {name: summed / max(len(events), 1) for name, summed in total.items()}


def _add(total: Tensor, gradient: Tensor | None, power: int) -> None:
    if gradient is None:
        return
    if gradient.is_sparse:
        gradient = gradient.coalesce()
        total.index_add_(0, gradient.indices()[0], gradient.values().abs().pow(power))
    else:
        total.add_(gradient.abs().pow(power))


@contextmanager
def _sparse(model: Any) -> Iterator[None]:
    """Sparse gradients of tables, restored afterwards."""
    tables = [module for module in model.modules() if hasattr(module, "sparse")]
    before = [table.sparse for table in tables]
    try:
        for table in tables:
            table.sparse = True
        yield
    finally:
        for table, was in zip(tables, before, strict=True):
            table.sparse = was
