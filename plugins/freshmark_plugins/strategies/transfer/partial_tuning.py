"""Parameter-efficient updates: most of a model is frozen after the warm-up, the rest is trained."""

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
    """Train everything on the warm-up, then freeze the backbone and train the rest.

    Rows of users and items that appear later are not frozen: they are trained as in ``finetune``. The optimiser starts
    fresh with the remaining parameters.

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
        """Its name in error messages."""
        return type(self).__name__.lower()

    def start(self, run: Run) -> None:
        """Build the model, and check that something is frozen and something trained.

        Raises:
            UsageError: nothing would be frozen, or nothing trained.
        """
        super().start(run)
        self.draw = torch.Generator().manual_seed(run.seed)
        self.frozen(self.learner.model)

    def fit(self, history: Events) -> None:
        """Train on the warm-up, then freeze."""
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
        direct = [weight for name, weight in named.items() if name in rows or name not in frozen]
        self.learner.optimiser = ReparametrisedOptimiser(model, parts, self.learner.optimise, direct=direct)

    def frozen(self, model: nn.Module) -> list[str]:
        """Names of the frozen parameters of a built model.

        Raises:
            UsageError: the strategy does not apply to this model.
        """
        raise NotImplementedError

    def part(self, weight: nn.Parameter, *, grows: bool) -> Parametrisation | None:
        """How a frozen weight is parametrised from now on. Default: it stays constant.

        Args:
            weight: after the warm-up.
            grows: whether its rows represent users or items, see ``grown_tables``.
        """
