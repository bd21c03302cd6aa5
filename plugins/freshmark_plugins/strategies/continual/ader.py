"""ader: distil the previous model on exemplars of every item, the more strongly the less is new."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Annotated, Unpack

import numpy as np
from freshmark import AnyArray, Events, IntArray, Model, Run, Search, UnknownName, UsageError
from torch import Tensor

from freshmark_plugins.models.abilities import require
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.training.event_sets import columns_of, concatenated, subset
from freshmark_plugins.training.herding import herd
from freshmark_plugins.training.options import Training
from freshmark_plugins.training.teacher import Teacher

SELECTIONS = ("herding", "random", "loss")


class ADER(Finetune):
    """Adaptively distilled exemplar replay: new events, and exemplars E of old ones with the previous model's outputs.

    ::

        L = ℓ(D_t; θ) + λ_t · mean over E_{t−1} of KD(f_{t−1}, f_θ)
        KD = −Σ softmax(f_{t−1}) · log softmax(f_θ)      over the items (or classes) known before
        λ_t = λ_base √(|I_{t−1}| / |I_t| · |E_{t−1}| / |D_t|)
        E_t:  m_i ~ Multinomial(N, frequency of item i in D_t ∪ E_{t−1});  m_i of its events, chosen by ``selection``

    Each step sees a random share of E as large as its share of D_t. The authors store the outputs, N · |I| numbers;
    here the previous model is kept during the update, which gives the same ones. With ``exemplars=0`` or
    ``lambda_base=0`` it is ``finetune``. Cost of an update: epochs · (|D_t| + 3 |E|), with scores of all items for
    each of E, and herding. Extra memory: N events; one more model during an update. Mi, Lin & Faltings, RecSys 2020.

    Args:
        model: with ``outputs``, and ``represent`` for herding, such as ``mf(dim=32)``.
        exemplars: N (30,000 in the paper, 5 % of its stream).
        lambda_base: λ_base (0.8 for DIGINETICA, 1.0 for YOOCHOOSE).
        selection: "herding" (mean representation nearest to that of all), "random" or "loss" (lowest first).
        training: see ``Training``.
    """

    def __init__(
        self,
        model: Model,
        *,
        exemplars: Annotated[int, Search(500, 50000, log=True)] = 5000,
        lambda_base: Annotated[float, Search(0.1, 4.0, log=True)] = 0.8,
        selection: str = "herding",
        **training: Unpack[Training],
    ) -> None:
        super().__init__(model, **training)
        if selection not in SELECTIONS:
            raise UnknownName("selection of ader", selection, SELECTIONS)
        require("ader", model, "outputs", *(["represent"] if selection == "herding" else []))
        if exemplars < 0 or not lambda_base >= 0:
            raise UsageError(f"ader has exemplars={exemplars}, lambda_base={lambda_base}", remedy="0 or more of both")
        self.exemplars, self.base, self.selection = exemplars, lambda_base, selection

    def start(self, run: Run) -> None:
        """Build the model; there are no exemplars yet."""
        super().start(run)
        self.held: Events | None = None
        self.draw = np.random.default_rng([run.seed, 22])

    def fit(self, history: Events) -> None:
        """Train on the warm-up, and select exemplars from it."""
        super().fit(history)
        self.held = self._selected(history)

    def update(self, events: Events) -> None:
        """Train on the new events and the exemplars, then select exemplars again."""
        known = self.learner.items
        self.learner.grow_vocabulary(events)
        old, terms = self.held, []
        if old is not None and len(old) and self.base:
            share = len(old) / len(events)
            weight = self.base * sqrt(share * (known / self.learner.items if self.run.task == "rank" else 1.0))
            teacher = Teacher(self.learner.model, self.run.task, outputs=known)

            def recall(_batch: Events, rows: IntArray) -> Tensor:
                count = min(max(round(share * len(rows)), 1), len(old))
                some = old[self.draw.choice(len(old), count, replace=False)]
                return weight * teacher.distance(self.learner.model, some).mean()

            terms = [recall]
        self.learn(events, epochs=self.epochs, terms=terms)
        self.held = self._selected(events if old is None else concatenated([old, events]))

    def state(self) -> Mapping[str, AnyArray]:
        """The state of the model, and the columns of the exemplars."""
        held = {} if self.held is None else columns_of("exemplars", self.held)
        return {**super().state(), **held}

    def _selected(self, events: Events) -> Events:
        """At most N of these events."""
        if not self.exemplars or not len(events):
            return subset(events, np.arange(0))
        kinds = (events.item if self.run.task == "rank" or events.label is None else events.label).astype(np.int64)
        order = np.argsort(kinds, kind="stable")
        _, first, counts = np.unique(kinds[order], return_index=True, return_counts=True)
        shares = self.draw.multinomial(self.exemplars, counts / counts.sum())
        worth = self._basis(events)
        best = [
            group[self._best(worth[group], int(share))]
            for group, share in zip(np.split(order, first[1:]), shares, strict=True)
        ]
        return subset(events, np.sort(np.concatenate(best)))

    def _basis(self, events: Events) -> AnyArray:
        """(n, …) what the selection is based on."""
        if self.selection == "herding":
            return self.learner.evaluate(self.learner.model.represent, events)
        return self.learner.losses(events) if self.selection == "loss" else self.draw.random(len(events))

    def _best(self, worth: AnyArray, count: int) -> IntArray:
        return herd(worth, count) if self.selection == "herding" else np.argsort(worth, kind="stable")[:count]
