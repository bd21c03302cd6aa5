"""batch_gd: gradient descent on the whole of an update."""

from __future__ import annotations

from freshmark import Events, Model, UsageError

from freshmark_plugins.strategies.retraining.over_model import OverModel


class BatchGD(OverModel):
    """Start from the parameters as they are, and take a few steps, each along the gradient of all new events at once.

    ::

        ``steps`` times:   θ ← θ − η ∇ mean_{x in D_t} ℓ(x; θ)

    It is ``finetune(batch="all", epochs=steps)``. No event of an update comes before another, and no step is noisy; but
    a step costs as much as an epoch, and moves a row that has few of the events only a little: with plain sgd η is to
    grow with |D_t|, adaptive optimisers see to that themselves.

    Cost of an update: steps · |D_t|. Extra memory: the optimiser's state (adam: two more models). Cauchy, 1847.

    Args:
        model: such as ``mf(dim=32)``.
        steps: of an update.
        warmup_steps: of the warm-up.
        optimiser: sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw or ftrl; options as in ``ftrl(l1=0.5)``.
        lr: learning rate η.
        sparse: whether only the rows of the update move; with sgd, adagrad, ftrl, and adam, where it is another one.
        fallback: "popularity" of what it learned from, for users who were not in it; None leaves them to the model.
    """

    def __init__(
        self,
        model: Model,
        *,
        steps: int = 10,
        warmup_steps: int = 100,
        optimiser: str = "adam",
        lr: float = 0.05,
        sparse: bool = False,
        fallback: str | None = "popularity",
    ) -> None:
        if min(steps, warmup_steps) < 0:
            raise UsageError(f"batch_gd has steps={steps}, warmup_steps={warmup_steps}", remedy="0 or more")
        super().__init__(
            model,
            epochs=steps,
            warmup_epochs=warmup_steps,
            batch="all",
            optimiser=optimiser,
            lr=lr,
            sparse=sparse,
            shuffle=False,
            fallback=fallback,
        )

    def update(self, events: Events) -> None:
        """Take the steps."""
        self.learn(events, epochs=self.epochs)
