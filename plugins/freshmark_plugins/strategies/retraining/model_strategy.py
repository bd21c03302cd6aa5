"""Base class of strategies that train a torch model. A subclass says what is trained on, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Unpack

from freshmark import AnyArray, Events, FloatArray, Model, Run, Strategy, UnknownName, UsageError

from freshmark_plugins.histories.fallback import Fallback
from freshmark_plugins.models.context_free import ContextFree
from freshmark_plugins.training.learner import Learner, Term
from freshmark_plugins.training.options import Training, options_of
from freshmark_plugins.training.trainable import recipe_of


class ModelStrategy(Strategy):
    """Keeps a torch model up to date, and answers as the model does.

    It offers those of ``factors``, ``score``, ``predict`` and ``recommend`` that the model offers, and
    ``observe`` only where the model has context.

    inherits: the training options whose defaults are those of the model
    recipe: the training options with another default, where the algorithm demands it; a subclass names what it changes
    fixed: the training options that the strategy itself decides
    continues: whether an update continues training: its ``epochs`` then say nothing of those of the warm-up

    Args:
        model: what is kept up to date, such as ``mf(dim=32)``.
        training: how it is trained, where that differs from the model's recipe.
    """

    inherits: ClassVar[tuple[str, ...]] = (
        "epochs",
        "warmup_epochs",
        "batch",
        "optimiser",
        "lr",
        "sparse",
        "shuffle",
        "stop",
        "patience",
    )
    recipe: ClassVar[Training] = {"fallback": "popularity"}
    fixed: ClassVar[Training] = {}
    continues: ClassVar[bool] = False

    def __init__(self, model: Model, **training: Unpack[Training]) -> None:
        recipe = recipe_of(model)
        options = options_of(type(self), recipe, training)
        self.epochs, warmup_epochs = options["epochs"], options["warmup_epochs"]
        if warmup_epochs is None:
            warmup_epochs = recipe["epochs"] if self.continues else self.epochs
        self.warmup_epochs = warmup_epochs
        if min(self.epochs, self.warmup_epochs) < 0:
            raise UsageError(f"epochs={self.epochs}, warmup_epochs={self.warmup_epochs}", remedy="0 or more")
        if options["fallback"] not in {None, "popularity"}:
            raise UnknownName("fallback", str(options["fallback"]), ["popularity"])
        self.model = model
        self.tasks = model.tasks
        self.needs = getattr(model, "needs", frozenset())  # type: ignore[misc]  # of the class, where there is no model
        self.learner = Learner(model, **options)
        self.fallback = Fallback() if options["fallback"] and getattr(model, "cold_users", False) else None
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
        """Train on the warm-up, after the model has observed it as context."""
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
        """Train on these events; the fallback counts them.

        Args:
            events: new events.
            epochs: passes.
            among: what to train on instead: the new events together with older ones.
            weights: (n,) of the events trained on.
            terms: added to the loss, see Learner.
        """
        self.learner.learn(events if among is None else among, epochs=epochs, weights=weights, terms=terms)
        if self.fallback is not None:
            self.fallback.update(events)

    def state(self) -> Mapping[str, AnyArray]:
        """The arrays of model, optimiser and fallback."""
        return {**self.learner.state(), **(self.fallback.state() if self.fallback else {})}

    def _answer_as(self, model: Any) -> None:
        """Offer the model's ways to answer as attributes of this instance, and no others.

        Bound methods and partials, not closures: a deep copy of the strategy then answers with the copy of the model.
        """
        for way in ("factors", "score", "predict", "recommend"):
            if hasattr(model, way):
                with_fallback = getattr(self.fallback, way, None)
                setattr(self, way, getattr(model, way) if with_fallback is None else partial(with_fallback, model))
        if not isinstance(model, ContextFree):
            self.observe = model.observe  # type: ignore[method-assign]
