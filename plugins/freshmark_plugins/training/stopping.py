"""Stop: when training ends before all its epochs are done. What is watched is the newest part of the events."""

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
"""Of the events, the newest, that are watched."""


class Stop:
    """Keeps the newest tenth of the events from training, and watches their mean loss after every epoch.

    ::

        stop where  loss ≤ ``loss``,  or where it has not been lower for ``patience`` epochs
        go back to the parameters with the lowest loss, then pass over the newest tenth once

    A slice drawn at random would lie among what is trained on, and tell nothing of the time after it. The last pass is
    there because in a stream the newest events are those that matter most. The slice begins where time changes; where
    all events are of one time there is none, and all epochs are done. Cost: one answer to each event of the slice an
    epoch. Extra memory while it trains: one more model and optimiser.

    Args:
        loss: where to stop; None for at no loss.
        patience: epochs without a lower loss; None for as many as it takes.
    """

    def __init__(self, *, loss: float | None, patience: int | None) -> None:
        if patience is not None and patience < 1:
            raise UsageError(f"patience={patience}", remedy="1 epoch or more")
        self.loss, self.patience = loss, patience

    def over(self, events: Events, losses: Losses, model: nn.Module, optimiser: Steps) -> Watch:
        """The watch over one training on these events."""
        return Watch(self, events, losses, model, optimiser)


class Watch:
    """One training under a Stop.

    trained, held: rows of the events that are trained on, and those of the newest tenth
    """

    def __init__(self, stop: Stop, events: Events, losses: Losses, model: nn.Module, optimiser: Steps) -> None:
        if not isinstance(optimiser, Optimiser):
            raise UsageError(
                "a stop rule restores the best weights, which here are derived from other parameters",
                remedy="stop=None",
            )
        self.stop, self.losses, self.model, self.optimiser = stop, losses, model, optimiser
        self.trained, self.held = split(events)
        self.events = events[self.held]
        self.lowest, self.since = np.inf, 0
        self.best: list[Any] | None = None

    def enough(self) -> bool:
        """After an epoch: whether to stop. The best so far is kept."""
        if not len(self.held):
            return False
        loss = float(self.losses(self.events).mean())
        self.since += 1
        if loss < self.lowest:
            self.lowest, self.since = loss, 0
            self.best = _copied(self.model, self.optimiser)
        stop = self.stop
        return (stop.loss is not None and loss <= stop.loss) or self.since == stop.patience

    def back(self) -> None:
        """To the parameters, and the memory of the optimiser, with the lowest loss."""
        if self.best is not None and self.since:
            _put(self.model, self.optimiser, self.best)


def split(events: Events) -> tuple[IntArray, IntArray]:
    """The rows of the older events, and those of the newest tenth, in the order of time; no time is in both."""
    order = np.argsort(events.time, kind="stable")
    time = events.time[order]
    edge = len(time) - int(len(time) * SHARE)
    begin = int(np.searchsorted(time, time[edge], "left")) if edge < len(time) else edge
    return (order[:begin], order[begin:]) if begin else (order, order[:0])


def _copied(model: nn.Module, optimiser: Optimiser) -> list[Any]:
    """Parameters, buffers and what each optimiser remembers."""
    held = [{p: _clones(kept) for p, kept in part.state.items()} for part in optimiser.parts]
    return [_clones(model.state_dict()), *held]


@torch.no_grad()
def _put(model: nn.Module, optimiser: Optimiser, best: list[Any]) -> None:
    model.load_state_dict(best[0])
    for part, held in zip(optimiser.parts, best[1:], strict=True):
        part.state.clear()
        part.state.update(held)


def _clones(held: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.clone() if isinstance(value, torch.Tensor) else value for name, value in held.items()}
