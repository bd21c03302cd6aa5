"""What strategies require of a learner or a model, checked before anything runs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

import numpy as np
from freshmark import Model, Past, Run, Task, UsageError

from freshmark_plugins.training.learner import Learner


def require_dense(learner: Learner, name: str) -> None:
    """Refuse sparse gradients for a strategy that reads all rows of a table."""
    if learner.sparse:
        raise UsageError(f"{name} needs dense gradients", remedy="sparse=False")


def refuse_stop_rule(learner: Learner, name: str) -> None:
    """Refuse a stop rule where weights are not trained directly: the best ones could not be restored."""
    if learner.stop is not None:
        raise UsageError(
            f"{name} cannot stop early: weights are not trained directly",
            remedy="no stop, no patience",
        )


def require_parts(named: Iterable[str], parts: Sequence[str], of: str) -> list[str]:
    """Refuse a part that a model does not have; returns all its parts, the prefixes of its parameters."""
    known = list(dict.fromkeys(name.partition(".")[0] for name in named))
    for part in parts:
        if part not in known:
            raise UsageError(f"no part {part!r} of {of}", remedy=f"one or more of {', '.join(known)}")
    return known


def supported_tasks(model: Model, look: Callable[[Any], object]) -> frozenset[Task]:
    """The tasks in which a strategy applies to a model, checked on a copy built for a few users and items.

    A model that reads certain features cannot be built without them: it is checked when the run starts.

    Args:
        model: not built yet.
        look: raises UsageError with what the built model lacks.

    Raises:
        UsageError: in none; the error of the last task.
    """
    if getattr(model, "needs", None):
        return model.tasks
    able: set[Task] = set()
    refused: UsageError | None = None
    for task in sorted(model.tasks):
        built = copy.deepcopy(model)
        built.build(Run(task, 0, np.random.default_rng(0), cast("Past", None), users=2, items=2, classes=2))
        try:
            look(built)
            able.add(task)
        except UsageError as error:
            refused = error
    if refused is not None and not able:
        raise refused
    return frozenset(able)
