"""Demands: what a strategy cannot do without, said before anything runs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

import numpy as np
from freshmark import Model, Past, Run, Task, UsageError

from freshmark_plugins.training.learner import Learner


def require_dense(learner: Learner, name: str) -> None:
    """Refuse gradients of single rows where all rows of a table are looked at."""
    if learner.sparse:
        raise UsageError(f"{name} needs dense gradients", remedy="sparse=False")


def refuse_stop_rule(learner: Learner, name: str) -> None:
    """Refuse a stop rule where the weights of the model are not what is trained: it could not go back to the best."""
    if learner.stop is not None:
        raise UsageError(f"{name} cannot stop early: its weights are made of others", remedy="a number of epochs alone")


def require_parts(named: Iterable[str], parts: Sequence[str], of: str) -> list[str]:
    """Refuse the name of a part that a model does not have; all that it has, by the names of its parameters."""
    known = list(dict.fromkeys(name.partition(".")[0] for name in named))
    for part in parts:
        if part not in known:
            raise UsageError(f"no part {part!r} of {of}", remedy=f"one or more of {', '.join(known)}")
    return known


def supported_tasks(model: Model, look: Callable[[Any], object]) -> frozenset[Task]:
    """The tasks for which a strategy has something to do with a model, as it is when built for a few users and items.

    A model that reads certain features cannot be built without them: it is looked at when the run starts.

    Args:
        model: not built yet; a copy of it is.
        look: raises UsageError with what the model lacks.

    Raises:
        UsageError: it is for none; what was said of the last.
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
