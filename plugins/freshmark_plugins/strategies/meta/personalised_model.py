"""A model that answers each user with weights of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from freshmark import AnyArray, Events, IntArray, Query
from torch import Tensor, nn

from freshmark_plugins.strategies.meta.support_sets import UserWeights, user_by_user


class PersonalisedModel:
    """A model with weights per user. A subclass offers the way to answer that the model has.

    Args:
        model: what answers.
        weigh: gives the weights of a user, or None for those of the model; called once per user and request.
    """

    def __init__(self, model: Any, weigh: Callable[[int], UserWeights]) -> None:
        self.model, self.weigh = model, weigh
        if hasattr(model, "knows"):
            self.knows = model.knows

    def observe(self, events: Events) -> None:
        """Context of the model."""
        self.model.observe(events)

    def each(self, query: Query, way: Callable[[Query], AnyArray]) -> AnyArray:
        """(n, …) answers, each user with their own weights."""

        def ask(rows: IntArray, weights: UserWeights) -> AnyArray:
            with with_weights(self.model, weights or {}):
                return np.array(way(rows_of(query, rows)))

        answers, order = user_by_user(query.user, lambda user, _: self.weigh(user), ask)
        answer: AnyArray = np.concatenate(answers)[order]
        return answer


class PersonalisedProbabilities(PersonalisedModel):
    """For models that predict."""

    def predict(self, query: Query) -> AnyArray:
        """(n,) or (n, classes), as the model."""
        return self.each(query, self.model.predict)


class PersonalisedScores(PersonalisedModel):
    """For models that rank, by ``score`` or by ``factors``."""

    def score(self, query: Query) -> AnyArray:
        """(n, m) one score an item."""
        return self.each(query, self.model.score if hasattr(self.model, "score") else self._product)

    def _product(self, query: Query) -> AnyArray:
        """In float64, then rounded: independent of the size of the batch."""
        answer = self.model.factors(query)
        user, item = (np.asarray(array, np.float64) for array in (answer.user, answer.item))
        scores: AnyArray = user @ item.T + (0.0 if answer.bias is None else np.asarray(answer.bias, np.float64))
        return scores.astype(np.float32)


@contextmanager
def with_weights(model: nn.Module, weights: Mapping[str, Tensor]) -> Iterator[None]:
    """The model with these weights; its own are restored afterwards."""
    named = {name: one for name, one in model.named_parameters() if name in weights}
    own = {name: one.data for name, one in named.items()}
    try:
        for name, one in named.items():
            one.data = weights[name].detach()
        yield
    finally:
        for name, one in named.items():
            one.data = own[name]


def rows_of(query: Query, rows: IntArray) -> Query:
    """These rows of a query."""
    return Query(
        query.time[rows],
        query.user[rows],
        None if query.item is None else query.item[rows],
        query.candidates[rows],
        {name: column[rows] for name, column in query.features.items()},
    )
