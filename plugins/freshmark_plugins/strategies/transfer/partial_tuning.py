"""PartialTuning: what all strategies share that train little of a model, and leave the rest as the warm-up made it."""

from __future__ import annotations

from typing import Unpack

import torch
from freshmark import Events, Model, Run
from torch import nn

from freshmark_plugins.models.requirements import refuse_stop_rule, require_dense, supported_tasks
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.training.options import Training
from freshmark_plugins.training.parametrisation import (
    Constant,
    Parametrisation,
    ReparametrisedOptimiser,
    grown_tables,
    tables,
)


class PartialTuning(Finetune):
    """Train everything on the warm-up; from then on the backbone is frozen, to the byte, and little learns.

    A row that a table gets later, for a new user or item, is no part of the backbone: it learns as in ``finetune``.
    The optimiser starts afresh with what is left to learn.

    Args:
        model: what is tuned.
        training: see ``Training``; ``sparse`` and a stop rule are refused.
    """

    def __init__(self, model: Model, **training: Unpack[Training]) -> None:
        super().__init__(model, **training)
        require_dense(self.learner, self.name)
        refuse_stop_rule(self.learner, self.name)
        self.tasks = supported_tasks(model, self.frozen)

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return type(self).__name__.lower()

    def start(self, run: Run) -> None:
        """Build the model, and see whether there is something to freeze and something to train.

        Raises:
            UsageError: there is not.
        """
        super().start(run)
        self.draw = torch.Generator().manual_seed(run.seed)
        self.frozen(self.learner.model)

    def fit(self, history: Events) -> None:
        """Train on the warm-up, and freeze what it made."""
        super().fit(history)
        model, parts = self.learner.model, {}
        named, rows, grows, frozen = (
            dict(model.named_parameters()),
            tables(model),
            grown_tables(model),
            self.frozen(model),
        )
        for name in frozen:
            part = self.part(named[name], grows=name in grows) or (Constant(named[name]) if name in rows else None)
            named[name].requires_grad_(part is not None)
            if part is not None:
                parts[name] = part
        beside = [weight for name, weight in named.items() if name in rows or name not in frozen]
        self.learner.optimiser = ReparametrisedOptimiser(model, parts, self.learner.optimise, beside=beside)

    def frozen(self, model: nn.Module) -> list[str]:
        """Names of the parameters that are frozen, of all that a built model has.

        Raises:
            UsageError: the strategy has nothing to do with such a model; with the reason.
        """
        raise NotImplementedError

    def part(self, weight: nn.Parameter, *, grows: bool) -> Parametrisation | None:
        """What a frozen weight is made of from now on. Default: it stays as it is.

        Args:
            weight: as the warm-up made it.
            grows: whether its rows represent users or items, see ``built.growing``.
        """
