"""Early stopping on the newest part of the events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import torch
from freshmark import Events, FloatArray, IntArray, UsageError
from torch import nn

from freshmark_plugins.training.optimisers import Optimiser, Steps

Losses: TypeAlias = Callable[[Events], FloatArray]
"""(n,) what each event costs the model as it is."""

SHARE = 0.1
"""Share of the events, the newest ones, that is held out."""


class StopRule:
    """Holds the newest tenth of the events out of training, and monitors their mean loss after every epoch.

    ::

        stop where  loss ≤ ``loss``,  or where it has not been lower for ``patience`` epochs
        restore the parameters with the lowest loss, then pass over the newest tenth once

    A random slice would say nothing about the time after it. The last pass is there because the newest events of a
    stream matter most. The slice begins where time changes; if all events have one time, nothing is held out and all
    epochs run. Cost: one evaluation of the slice per epoch. Extra memory during training: one more model and optimiser.

    Args:
        loss: held-out loss at which to stop; None: never.
        patience: epochs without a lower loss; None: unlimited.
    """

    def __init__(self, *, loss: float | None, patience: int | None) -> None:
        if patience is not None and patience < 1:
            raise UsageError(f"patience={patience}", remedy="1 epoch or more")
        self.loss, self.patience = loss, patience

    def over(self, events: Events, losses: Losses, model: nn.Module, optimiser: Steps) -> Watch:
        """The watch over one training on these events."""
        return Watch(self, events, losses, model, optimiser)


class Watch:
    """One training under a StopRule.

    trained, held_out: rows of the older events, and of the newest tenth
    """

    def __init__(self, rule: StopRule, events: Events, losses: Losses, model: nn.Module, optimiser: Steps) -> None:
        if not isinstance(optimiser, Optimiser):
            raise UsageError(
                "a stop rule restores the best weights, which here are derived from other parameters",
                remedy="stop=None",
            )
        self.rule, self.losses, self.model, self.optimiser = rule, losses, model, optimiser
        self.trained, self.held_out = split(events)
        self.events = events[self.held_out]
        self.lowest, self.epochs_since = np.inf, 0
        self.best: list[Any] | None = None

    def should_stop(self) -> bool:
        """Whether to stop after this epoch; the best weights so far are saved."""
        if not len(self.held_out):
            return False
        loss = float(self.losses(self.events).mean())
        self.epochs_since += 1
        if loss < self.lowest:
            self.lowest, self.epochs_since = loss, 0
            self.best = _snapshot(self.model, self.optimiser)
        rule = self.rule
        return (rule.loss is not None and loss <= rule.loss) or self.epochs_since == rule.patience

    def restore(self) -> None:
        """Restore the parameters and the optimiser's state with the lowest loss."""
        if self.best is not None and self.epochs_since:
            _restore(self.model, self.optimiser, self.best)


def split(events: Events) -> tuple[IntArray, IntArray]:
    """The rows of the older events and of the newest tenth, by time; no time occurs in both."""
    order = np.argsort(events.time, kind="stable")
    time = events.time[order]
    edge = len(time) - int(len(time) * SHARE)
    begin = int(np.searchsorted(time, time[edge], "left")) if edge < len(time) else edge
    return (order[:begin], order[begin:]) if begin else (order, order[:0])


def _snapshot(model: nn.Module, optimiser: Optimiser) -> list[Any]:
    """Parameters, buffers and the state of each optimiser."""
    states = [{p: _clones(state) for p, state in part.state.items()} for part in optimiser.parts]
    return [_clones(model.state_dict()), *states]


@torch.no_grad()
def _restore(model: nn.Module, optimiser: Optimiser, best: list[Any]) -> None:
    model.load_state_dict(best[0])
    for part, state in zip(optimiser.parts, best[1:], strict=True):
        part.state.clear()
        part.state.update(state)


def _clones(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.clone() if isinstance(value, torch.Tensor) else value for name, value in values.items()}
