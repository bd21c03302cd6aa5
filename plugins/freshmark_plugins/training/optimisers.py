"""Optimisers by name; dense and sparse variants are listed apart, because they are different algorithms.

========  ==============================================  ================================================
name      step                                            with sparse gradients
========  ==============================================  ================================================
sgd       w ← w − η g                                     the same numbers, at the cost of the batch's rows
momentum  v ← ρ v + g; w ← w − η v                        refused: v moves every row at every step
nesterov  v ← ρ v + g; w ← w − η (g + ρ v)                refused, as momentum
adagrad   n ← n + g²; w ← w − η g / √n                    the same numbers, at the cost of the batch's rows
rmsprop   n ← ρ n + (1 − ρ) g²; w ← w − η g / √n          refused: n shrinks in every row at every step
adam      m, n running means of g, g²; w ← w − η m̂ / √n̂   another algorithm: rows outside of the batch rest
adamw     adam, and w ← w − η λ w                         refused: every row decays at every step
ftrl      see ftrl.py; η is its α                         the same numbers, at the cost of the batch's rows
========  ==============================================  ================================================

A dense Adam moves also the rows that are not in the batch, by what it remembers of them; the sparse one leaves them and
their memory as they are. Gradient descent is ``sgd`` with ``batch="all"``.

Sources: sgd Robbins & Monro 1951; momentum Polyak 1964; nesterov Sutskever et al., ICML 2013, in torch's form, where w
is the look-ahead point; adagrad Duchi et al., JMLR 2011; rmsprop Tieleman & Hinton 2012 (ρ = .9); adam
Kingma & Ba, ICLR 2015; adamw Loshchilov & Hutter, ICLR 2019; ftrl McMahan et al., KDD 2013.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

import torch
from freshmark import AnyArray, UnknownName, UsageError, parse
from torch import nn, optim

from freshmark_plugins.kernels.ftrl import FTRL
from freshmark_plugins.training.embedding_table import extended


class Steps(Protocol):
    """What the training loop needs of an optimiser."""

    def clear(self) -> None:
        """Reset the gradients."""

    def step(self) -> None:
        """Move the parameters along the gradients."""

    def grow(self) -> None:
        """The parameters have new rows."""

    def state(self) -> Iterator[tuple[str, AnyArray]]:
        """Name and array of its state."""


Maker = Callable[..., optim.Optimizer]
Parameters = list[nn.Parameter]

DENSE: Mapping[str, tuple[Maker, Mapping[str, Any]]] = {
    "sgd": (optim.SGD, {}),
    "momentum": (optim.SGD, {"momentum": 0.9}),
    "nesterov": (optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "adagrad": (optim.Adagrad, {"initial_accumulator_value": 0.0}),
    "rmsprop": (optim.RMSprop, {"alpha": 0.9}),
    "adam": (optim.Adam, {"betas": (0.9, 0.999)}),
    "adamw": (optim.AdamW, {"betas": (0.9, 0.999), "weight_decay": 0.01}),
    "ftrl": (FTRL, {"beta": 1.0, "l1": 0.0, "l2": 1.0}),
}
"""Name → constructor, and its options."""

SPARSE: Mapping[str, tuple[Maker, Mapping[str, Any]]] = {
    **{name: DENSE[name] for name in ("sgd", "adagrad", "ftrl")},
    "adam": (optim.SparseAdam, {"betas": (0.9, 0.999)}),
}
WHY_NOT = {
    "momentum": "momentum moves every row at every step, which is what sparse gradients leave out",
    "nesterov": "momentum moves every row at every step, which is what sparse gradients leave out",
    "rmsprop": "it forgets in every row at every step, which is what sparse gradients leave out",
    "adamw": "every row decays at every step, which is what sparse gradients leave out",
}
FUSED = (optim.SGD, optim.Adagrad, optim.Adam, optim.AdamW)
"""Those with a fused step in torch: one pass over memory."""


def check(text: str, *, sparse: bool, lr: float) -> None:
    """Refuse an invalid optimiser before anything runs.

    Args:
        text: its name, perhaps with options: ``ftrl(l1=0.5)``, ``momentum(momentum=0.5)``.
        sparse: whether gradients of tables are.
        lr: learning rate.

    Raises:
        UsageError: an invalid option, or no sparse variant, with the reason.
    """
    name, options = _read(text)
    if name not in DENSE:
        raise UnknownName("optimiser", name, DENSE)
    if sparse and name not in SPARSE:
        raise UsageError(
            f"{name} has no sparse variant: {WHY_NOT[name]}", remedy=f"sparse=False, or one of {', '.join(SPARSE)}"
        )
    if not lr > 0:
        raise UsageError(f"lr={lr}", remedy="a learning rate above 0")
    make, usual = DENSE[name]
    for option in options:
        if option not in usual:
            raise UnknownName(f"option of {name}", option, usual)
    try:
        make([nn.Parameter(torch.zeros(1))], **{**usual, **options, "lr": lr})
    except (TypeError, ValueError) as error:
        raise UsageError(f"optimiser {text!r}: {error}", remedy=f"such as {usual}") from error


def _read(text: str) -> tuple[str, Mapping[str, Any]]:
    """The name and the options."""
    expression = parse(text)
    if expression.args:
        raise UsageError(f"optimiser {text!r}", remedy="options by name, such as ftrl(l1=0.5)")
    return expression.name, dict(expression.options)


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
        self.parts = [_build(name, lr, chosen, sparse=kind) for kind, chosen in parts.items() if chosen]

    def clear(self) -> None:
        """Reset the gradients."""
        for part in self.parts:
            part.zero_grad(set_to_none=True)

    def step(self) -> None:
        """Move the parameters along the gradients."""
        # torch warns about unchecked sparse tensors, though these are its own gradients
        with torch.sparse.check_sparse_tensor_invariants(enable=False):  # type: ignore[no-untyped-call]
            for part in self.parts:
                part.step()

    def grow(self) -> None:
        """Grow the state of each parameter to its rows; old rows keep their state, new ones start fresh."""
        for part in self.parts:
            for parameter, held in part.state.items():
                for name, value in held.items():
                    held[name] = _grown(part, name, value, parameter)

    def replace_parameters(self, to: Mapping[nn.Parameter, nn.Parameter]) -> None:
        """Replace each parameter by another one, which takes over its state."""
        for part in self.parts:
            for group in part.param_groups:
                group["params"] = [to.get(one, one) for one in group["params"]]
            for old, new in to.items():
                if old in part.state:
                    part.state[new] = part.state.pop(old)

    def state(self) -> Iterator[tuple[str, AnyArray]]:
        """Name and array of the state of all parameters."""
        for number, values in enumerate(held for part in self.parts for held in part.state.values()):
            for name, value in values.items():
                if isinstance(value, torch.Tensor) and value.dim() and not value.is_sparse:
                    yield f"optimiser.{number}.{name}", value.numpy(force=True)


def _tables(model: nn.Module) -> Iterable[nn.Parameter]:
    for module in model.modules():
        if getattr(module, "sparse", False):
            yield from module.parameters(recurse=False)


def _build(text: str, lr: float, parameters: Parameters, *, sparse: bool) -> optim.Optimizer:
    name, options = _read(text)
    make, usual = (SPARSE if sparse else DENSE)[name]
    # fused: one pass over memory instead of five; the same formula
    fused = {"fused": True} if make in FUSED and not sparse and parameters[0].device.type == "cpu" else {}
    return make(parameters, **{**usual, **fused, **options, "lr": lr})


def _grown(part: optim.Optimizer, name: str, value: Any, parameter: torch.Tensor) -> Any:
    """State that is shaped like the parameter gets rows for the new ones."""
    if not isinstance(value, torch.Tensor) or value.dim() != parameter.dim() or value.shape == parameter.shape:
        return value
    rows = parameter.data[len(value) :]
    if isinstance(part, FTRL):
        return extended(value, part.fresh(name, rows))
    return extended(value, torch.full_like(rows, part.defaults.get("initial_accumulator_value", 0.0)))
