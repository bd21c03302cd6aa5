"""Demands: what a strategy cannot do without, said before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from freshmark.errors import UsageError

from freshmark_plugins.learner import Learner


def demand_dense(learner: Learner, name: str) -> None:
    """Refuse gradients of single rows where all rows of a table are looked at."""
    if learner.sparse:
        raise UsageError(f"{name} needs dense gradients", remedy="sparse=False")


def demand_whole(learner: Learner, name: str) -> None:
    """Refuse a stop rule where the weights of the model are not what is trained: it could not go back to the best."""
    if learner.stop is not None:
        raise UsageError(f"{name} cannot stop early: its weights are made of others", remedy="a number of epochs alone")


def demand_parts(named: Iterable[str], parts: Sequence[str], of: str) -> list[str]:
    """Refuse the name of a part that a model does not have; all that it has, by the names of its parameters."""
    known = list(dict.fromkeys(name.partition(".")[0] for name in named))
    for part in parts:
        if part not in known:
            raise UsageError(f"no part {part!r} of {of}", remedy=f"one or more of {', '.join(known)}")
    return known
