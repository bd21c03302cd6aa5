"""Demands: what a strategy cannot do without, said before anything runs."""

from __future__ import annotations

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
