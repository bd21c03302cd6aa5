"""torch's optimisers by name; dense and sparse told apart, because they are different algorithms.

A dense Adam or momentum moves at every step also the rows that are not in the batch; the sparse ones leave them where
they are. SGD and AdaGrad give the same numbers both ways, and differ in cost alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import torch
from freshmark.contract.arrays import AnyArray
from freshmark.errors import UnknownName, UsageError
from torch import nn, optim

from freshmark_plugins.models.table import extended

Maker = Callable[..., optim.Optimizer]
Parameters = list[nn.Parameter]

DENSE: Mapping[str, tuple[Maker, Mapping[str, Any]]] = {
    "sgd": (optim.SGD, {}),
    "momentum": (optim.SGD, {"momentum": 0.9}),
    "adam": (optim.Adam, {}),
    "adagrad": (optim.Adagrad, {}),
}
SPARSE: Mapping[str, tuple[Maker, Mapping[str, Any]]] = {
    "sgd": (optim.SGD, {}),
    "adam": (optim.SparseAdam, {}),
    "adagrad": (optim.Adagrad, {}),
}
WHY_NOT = {"momentum": "momentum moves every row at every step, which is what sparse gradients leave out"}


def check(name: str, *, sparse: bool, lr: float) -> None:
    """Refuse an optimiser that cannot be, before anything runs.

    Raises:
        UsageError: no such optimiser, or not with sparse gradients, with the reason.
    """
    if name not in DENSE:
        raise UnknownName("optimiser", name, DENSE)
    if sparse and name not in SPARSE:
        raise UsageError(f"no sparse {name}: {WHY_NOT[name]}", remedy=f"sparse=False, or one of {', '.join(SPARSE)}")
    if not lr > 0:
        raise UsageError(f"lr={lr}", remedy="a learning rate above 0")


class Optimiser:
    """One optimiser over a model: ``clear`` gradients, ``step``, and ``grow`` with the parameters.

    With sparse=True, parameters of modules that are marked sparse (tables) get the sparse algorithm, others the dense.
    """

    def __init__(self, model: nn.Module, name: str, *, lr: float, sparse: bool) -> None:
        rows = {id(p) for p in _tables(model)} if sparse else set()
        parts = {
            True: [p for p in model.parameters() if id(p) in rows],
            False: [p for p in model.parameters() if id(p) not in rows],
        }
        self.parts = [_made(name, lr, chosen, sparse=kind) for kind, chosen in parts.items() if chosen]

    def clear(self) -> None:
        """Forget the gradients."""
        for part in self.parts:
            part.zero_grad(set_to_none=True)

    def step(self) -> None:
        """Move the parameters along the gradients."""
        # torch warns of unchecked sparse gradients unless it is told that none are wanted: it made them itself
        with torch.sparse.check_sparse_tensor_invariants(enable=False):  # type: ignore[no-untyped-call]
            for part in self.parts:
                part.step()

    def grow(self) -> None:
        """Give the state of each parameter the parameter's rows; old rows keep theirs, new ones start afresh."""
        for part in self.parts:
            fresh = part.defaults.get("initial_accumulator_value", 0.0)
            for parameter, held in part.state.items():
                for name, value in held.items():
                    held[name] = _grown(value, parameter, fresh)

    def state(self) -> Iterator[tuple[str, AnyArray]]:
        """Name and array of everything that the optimiser remembers of the parameters."""
        for number, values in enumerate(held for part in self.parts for held in part.state.values()):
            for name, value in values.items():
                if isinstance(value, torch.Tensor) and value.dim() and not value.is_sparse:
                    yield f"optimiser.{number}.{name}", value.numpy(force=True)


def _tables(model: nn.Module) -> Iterable[nn.Parameter]:
    for module in model.modules():
        if getattr(module, "sparse", False):
            yield from module.parameters(recurse=False)


def _made(name: str, lr: float, parameters: Parameters, *, sparse: bool) -> optim.Optimizer:
    make, options = (SPARSE if sparse else DENSE)[name]
    # fused: one pass over memory instead of five; the same formula
    fused = {} if sparse or parameters[0].device.type != "cpu" else {"fused": True}
    return make(parameters, lr=lr, **options, **fused)


def _grown(value: Any, parameter: torch.Tensor, fresh: float) -> Any:
    """What is shaped like the parameter, row for row, gets its new rows."""
    if not isinstance(value, torch.Tensor) or value.dim() != parameter.dim() or value.shape == parameter.shape:
        return value
    return extended(value, value.new_full((len(parameter) - len(value), *value.shape[1:]), fresh))
