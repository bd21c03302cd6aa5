"""OverModel: what all strategies that train a model share. A subclass says when it learns from what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from freshmark import AnyArray, Events, FloatArray, Model, Run, Strategy, UnknownName, UsageError

from freshmark_plugins.histories.fallback import Fallback
from freshmark_plugins.models.context_free import ContextFree
from freshmark_plugins.training.learner import Batch, Learner, Term
from freshmark_plugins.training.stopping import Stop


class OverModel(Strategy):
    """A strategy that keeps a torch model up to date, and answers as the model does.

    It offers exactly those of ``factors``, ``score``, ``predict`` and ``recommend`` that the model offers, and
    ``observe`` only where the model has context.

    Args:
        model: such as ``mf(dim=32)``.
        epochs: passes over the events of an update.
        warmup_epochs: passes over the warm-up.
        batch: events a step; "all": gradient descent; "auto": 32 steps an epoch, of 64 to 4096 events.
        optimiser: sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw or ftrl, see optimisers.
        lr: learning rate.
        sparse: whether only the rows of a batch move, see optimisers.
        shuffle: whether events are learned in random order, or that of time.
        fallback: "popularity" of what the model learned from, for users it never saw; None leaves them to the model.
        stop: loss on the newest tenth of the events at which training ends; None for none.
        patience: epochs without a lower loss there after which training ends; None for as many as it takes.
    """

    def __init__(
        self,
        model: Model,
        *,
        epochs: int,
        warmup_epochs: int,
        batch: Batch,
        optimiser: str,
        lr: float,
        sparse: bool,
        shuffle: bool,
        fallback: str | None,
        stop: float | None = None,
        patience: int | None = None,
    ) -> None:
        if min(epochs, warmup_epochs) < 0:
            raise UsageError(f"epochs={epochs}, warmup_epochs={warmup_epochs}", remedy="0 or more")
        if fallback not in {None, "popularity"}:
            raise UnknownName("fallback", str(fallback), ["popularity"])
        self.model = model
        self.tasks = model.tasks
        self.needs = getattr(model, "needs", frozenset())  # type: ignore[misc]  # of the class, where there is no model
        self.epochs, self.warmup_epochs = epochs, warmup_epochs
        rule = None if stop is None and patience is None else Stop(loss=stop, patience=patience)
        self.learner = Learner(
            model, optimiser=optimiser, lr=lr, batch=batch, sparse=sparse, shuffle=shuffle, stop=rule
        )
        self.fallback = Fallback() if fallback and getattr(model, "cold_users", False) else None
        self._answer_as(model)

    def start(self, run: Run) -> None:
        """Build the model.

        Raises:
            UsageError: the model does not answer the task.
        """
        if run.task not in self.tasks:
            known = ", ".join(sorted(self.tasks))
            raise UsageError(
                f"{type(self.model).__name__} does not answer the task {run.task!r}", remedy=f"it is for {known}"
            )
        self.run = run
        self.learner.start(run)

    def fit(self, history: Events) -> None:
        """Train on the warm-up, which is context too: a model that looks at histories finds them there."""
        self.model.observe(history)
        self.learn(history, epochs=self.warmup_epochs)

    def learn(
        self,
        events: Events,
        *,
        epochs: int,
        among: Events | None = None,
        weights: FloatArray | None = None,
        terms: Sequence[Term] = (),
    ) -> None:
        """Train on these events, and remember whom and what they told of.

        Args:
            events: new to the model.
            epochs: passes.
            among: what to train on instead: the events together with older ones.
            weights: how much each event that is trained on counts.
            terms: what else is minimised, see Learner.
        """
        self.learner.learn(events if among is None else among, epochs=epochs, weights=weights, terms=terms)
        if self.fallback is not None:
            self.fallback.learned(events)

    def state(self) -> Mapping[str, AnyArray]:
        """The arrays of model, optimiser and fallback."""
        return {**self.learner.state(), **(self.fallback.state() if self.fallback else {})}

    def _answer_as(self, model: Any) -> None:
        """Offer the model's ways to answer as this instance's own: what is not offered must not be found.

        Bound methods and partials, no closures: a deep copy of the strategy then answers with the copy of the model.
        """
        for way in ("factors", "score", "predict", "recommend"):
            if hasattr(model, way):
                mixed = getattr(self.fallback, way, None)
                setattr(self, way, getattr(model, way) if mixed is None else partial(mixed, model))
        if not isinstance(model, ContextFree):
            self.observe = model.observe  # type: ignore[method-assign]
