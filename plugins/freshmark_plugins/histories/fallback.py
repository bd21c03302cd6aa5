"""Popularity for users that the model has not seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from freshmark import AnyArray, BoolArray, Events, Factors, FloatArray, Query
from numpy.typing import NDArray

from freshmark_plugins.kernels.growth import bincount, row_count, with_room


class Fallback:
    """Popularity among the events that the model was trained on, for users without any of them.

    A model that ``knows`` users by their histories answers new users as soon as they have one.

    In ``factors`` two more dimensions separate the two kinds of users, so that one kernel ranks them all:
    ``[p_u, 1, 0] · [q_i, b_i, n_i]`` for users of the model, ``[0, 0, 1] · [q_i, b_i, n_i]`` for the others.

    counts: (m,) float32, events of each item
    users: (n,) bool, whether the user had any
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all counts: the model starts from scratch."""
        self.counts: NDArray[np.float32] = np.zeros(0, np.float32)
        self.users: BoolArray = np.zeros(0, np.bool_)
        self._items: torch.Tensor | None = None

    def update(self, events: Events) -> None:
        """The model was trained on these."""
        if len(events):
            items = row_count(events.item)
            self.counts = with_room(self.counts, items)
            self.counts[:items] += bincount(events.item, items)
            self.users = with_room(self.users, row_count(events.user))
            self.users[events.user] = True
        self._items = None

    def knows(self, query: Query) -> BoolArray:
        """(n,) whether the model was trained on events of the user."""
        inside = query.user < len(self.users)
        known: BoolArray = np.zeros(len(query), np.bool_)
        known[inside] = self.users[query.user[inside]]
        return known

    def factors(self, model: Any, query: Query) -> Factors:
        """The model's factors for its users, popularity for the others."""
        answer: Factors = model.factors(query)
        user, item = torch.as_tensor(answer.user), torch.as_tensor(answer.item)
        # cached until the model is trained again; a model that reads features may know more items in between
        if self._items is None or len(self._items) != len(item):
            bias = torch.zeros(len(item)) if answer.bias is None else torch.as_tensor(answer.bias)
            counts = torch.from_numpy(_sized(self.counts, len(item))).to(item)
            self._items = torch.cat([item, bias.to(item)[:, None], counts[:, None]], 1)
        known = torch.from_numpy(self._answered(model, query)).to(user)[:, None]
        both = torch.cat([user * known, known, 1 - known], 1)
        return factors_of(both, self._items)

    def score(self, model: Any, query: Query) -> FloatArray:
        """(n, m) the model's scores for its users, popularity for the others."""
        answer: FloatArray = model.score(query)
        known = self._answered(model, query)
        if known.all():
            return answer
        return np.where(known[:, None], answer, _sized(self.counts, answer.shape[1]))

    def _answered(self, model: Any, query: Query) -> BoolArray:
        """(n,) which users the model answers; a model with histories says so itself."""
        known: BoolArray = getattr(model, "knows", self.knows)(query)
        return known

    def state(self) -> Mapping[str, AnyArray]:
        """The counts and who is known."""
        return {"fallback.counts": self.counts, "fallback.users": self.users}


def factors_of(*tensors: torch.Tensor) -> Factors:
    """Factors of these tensors: as arrays, or on a GPU as they are, to be ranked there."""
    if tensors[0].device.type == "cpu":
        return Factors(*(tensor.numpy() for tensor in tensors))
    return Factors(*tensors)  # type: ignore[arg-type]


def _sized(counts: NDArray[np.float32], rows: int) -> NDArray[np.float32]:
    """Exactly that many counts, 0 for items without events."""
    sized = np.zeros(rows, np.float32)
    sized[: min(rows, len(counts))] = counts[:rows]
    return sized
