"""sml: learn a network that combines the parameters before and after each block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Unpack, cast

import numpy as np
import torch
from freshmark import AnyArray, Events, Model, Run, Search, UsageError
from torch import nn

from freshmark_plugins.models.requirements import refuse_stop_rule, require_dense, supported_tasks
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.training.event_sets import subset
from freshmark_plugins.training.optimisers import Optimiser
from freshmark_plugins.training.options import Training
from freshmark_plugins.training.parametrisation import ReparametrisedOptimiser, grown_tables
from freshmark_plugins.training.transfer_network import TransferNetwork


class SML(Finetune):
    """Train Ŵ on each block through a network f that combines it with the previous W; the next block trains f.

    ::

        ``multi`` times:  Ŵ_{t−1} ← one pass over D_{t−1} of L(f_Θ(W_{t−2}, Ŵ_{t−1}))
                          Θ       ← one pass over D_t     of L(f_Θ(W_{t−2}, Ŵ_{t−1}))
        W_{t−1} ← f_Θ(W_{t−2}, Ŵ_{t−1})
        Ŵ_t     ← train(W_{t−1}, D_t)   of L(f_Θ(W_{t−1}, Ŵ_t))
        answer with W_t = f_Θ(W_{t−1}, Ŵ_t)

    f is applied to each row of the tables of users and items, see ``TransferNetwork``; other parameters are trained
    with Ŵ. D_t trains Θ after its events were scored. f starts as the identity W = Ŵ; the paper starts at random and
    trains for twenty periods before the test. With ``multi=0`` it stays there, and this is ``finetune``, bit for bit.
    Cost of an update: (2 · ``multi`` + epochs) · |D_t|, and f of every row at each step. Extra memory: two more models,
    the block before, and the optimisers' states. Zhang et al., SIGIR 2020 (SML): multi 7 to 10, hidden 512, for Θ Adam
    with lr 1e-3 and L2 of 1e-4.

    Args:
        model: with tables of users or items, such as ``mf(dim=32)``.
        multi: alternations of Ŵ and Θ per update.
        hidden: width of the hidden layer of f.
        transfer_lr: learning rate of Θ.
        training: see ``Training``; ``sparse`` and a stop rule are refused.
    """

    def __init__(
        self,
        model: Model,
        *,
        multi: Annotated[int, Search(1, 5)] = 2,
        hidden: int = 128,
        transfer_lr: Annotated[float, Search(1e-4, 0.1, log=True)] = 1e-3,
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, **training)
        require_dense(self.learner, "sml")
        refuse_stop_rule(self.learner, "sml")
        if multi < 0 or hidden < 1 or not transfer_lr > 0:
            raise UsageError(
                f"sml has multi={multi}, hidden={hidden}, transfer_lr={transfer_lr}",
                remedy="multi of 0 or more, hidden of 1 or more, transfer_lr above 0",
            )
        self.multi, self.hidden, self.transfer_lr = multi, hidden, transfer_lr
        self.tasks = supported_tasks(model, _transferred)

    def start(self, run: Run) -> None:
        """Build the model.

        Raises:
            UsageError: it has no table to transfer.
        """
        super().start(run)
        _transferred(self.learner.model)
        self.block: Events | None = None

    def fit(self, history: Events) -> None:
        """Train on the warm-up, then start the transfer networks."""
        super().fit(history)
        draw, named = torch.Generator().manual_seed(self.run.seed), _transferred(self.learner.model)
        self.transfers = {name: TransferNetwork(one, hidden=self.hidden, draw=draw) for name, one in named.items()}
        plain, model = cast(Optimiser, self.learner.optimiser), self.learner.model
        plain.replace_parameters({named[name]: one.hat for name, one in self.transfers.items()})
        nets = nn.ModuleList(one.net for one in self.transfers.values())
        of_nets = Optimiser(nets, "adam(weight_decay=1e-4)", lr=self.transfer_lr, sparse=False)
        self.training = ReparametrisedOptimiser(model, self.transfers, lambda _: plain)
        self.transferring = ReparametrisedOptimiser(model, self.transfers, lambda _: of_nets)
        self.learner.optimiser = self.training

    def update(self, events: Events) -> None:
        """Train f on the new block, then Ŵ on it, through f."""
        self.learner.grow_vocabulary(events)
        if self.block is not None:
            for _ in range(self.multi):
                self.learner.learn(self.block)
                self.learner.optimiser = self.transferring
                self.learner.learn(events)
                self.learner.optimiser = self.training
        for one in self.transfers.values():
            one.close()
        self.training.refresh()
        super().update(events)
        self.block = subset(events, np.arange(len(events)))

    def state(self) -> Mapping[str, AnyArray]:
        """The state of finetune with Ŵ, the previous W, and Θ."""
        return {**super().state(), **{f"transfer.{name}": one for name, one in self.transferring.state()}}


def _transferred(model: nn.Module) -> Mapping[str, nn.Parameter]:
    transferred = grown_tables(model)
    if not transferred:
        kind = type(model).__name__
        raise UsageError(f"{kind} has no table of users or items with more than one column", remedy="finetune")
    return transferred
