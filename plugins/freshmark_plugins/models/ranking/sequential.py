"""Base class of models that answer from the history of a user."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Unpack

import torch
from freshmark import AnyArray, BoolArray, Events, Factors, Query, Run, Task, UsageError
from torch import Tensor

from freshmark_plugins.histories.fallback import factors_of
from freshmark_plugins.histories.sequences import Sequences
from freshmark_plugins.models.layers import index_of
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.options import Recipe
from freshmark_plugins.training.trainable import Trainable


class Sequential(Trainable):
    """score(u, i, t) = h · q_i + b_i, h a function of the items of u before t.

    The input of an event is the history before its time, without the event itself, events of the same time or later
    ones. Without a history h = 0, and only b remains.

    Histories are context: they come by ``observe``, stay when a model starts from scratch, and are not parameters.
    Items that the model has no row for yet are skipped.

    Args:
        dim: length of h and q.
        length: newest items of a history that count.
        scale: standard deviation of the initial q.
        recipe: see ``Recipe``.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank"})
    cold_users: ClassVar[bool] = True
    """It has no answer for users without a history."""
    head: ClassVar[tuple[str, ...]] = ("items", "bias")
    """The parameters between the representation of a user and the answer."""
    by_user: ClassVar[bool] = True
    """Events of a user in one batch share one pass over the history."""

    def __init__(self, *, dim: int, length: int, scale: float, **recipe: Unpack[Recipe]) -> None:
        super().__init__(**recipe)
        if min(dim, length) < 1:
            raise UsageError(f"{type(self).__name__.lower()} has dim={dim}, length={length}", remedy="1 or more")
        self.dim, self.length, self.scale = dim, length, scale
        self.sequences = Sequences()

    def build(self, run: Run) -> None:
        """Fresh rows for the items known so far, and a fresh encoder."""
        self.items = EmbeddingTable(self.dim, scale=self.scale, seed=(run.seed, 20))
        self.bias = EmbeddingTable(1, scale=0.0, seed=(run.seed, 21))
        self.build_encoder(torch.Generator().manual_seed(run.seed))
        self.grow(run.users, run.items)

    @abstractmethod
    def build_encoder(self, draw: torch.Generator) -> None:
        """The parameters besides those of items, with fresh values."""

    @abstractmethod
    def loss(self, events: Events, draw: torch.Generator) -> Tensor:
        """(n,) one per event, see Model."""

    def grow(self, users: int, items: int) -> None:
        """Grow to this number of items; users have no rows."""
        del users
        self.items.grow(items)
        self.bias.grow(items)

    def observe(self, events: Events) -> None:
        """Add to the histories."""
        self.sequences.append(events)

    def knows(self, query: Query) -> BoolArray:
        """(n,) whether the user had an item that the model knows."""
        return self.sequences.known(query, items=len(self.items))

    def outputs(self, events: Events) -> Tensor:
        """(n, m) the scores of all items."""
        return self.all_scores(self.represent(events))

    def represent(self, events: Events, draw: torch.Generator | None = None) -> Tensor:
        """(n, dim) h of the users of events just before them, in the parameters' precision, with gradients.

        Events of one user share a pass if each still sees at least half of the newest ``length`` items.
        """
        return self.hidden(events, draw, least=(self.length + 1) // 2, dtype=self.items.weight.dtype)

    @abstractmethod
    def hidden(self, rows: Events | Query, draw: torch.Generator | None, *, least: int, dtype: torch.dtype) -> Tensor:
        """(n, dim) h of the users of these rows, see ``Sequences.windows``; ``draw``: training, with dropout."""

    @torch.no_grad()
    def factors(self, query: Query) -> Factors:
        """Vectors h of users (n, dim), q of items (m, dim), and b (m,), float32."""
        user = self.hidden(query, None, least=self.length, dtype=torch.float64).float()
        return factors_of(user, self.items.weight.detach(), self.bias.weight.detach()[:, 0])

    def state(self) -> Mapping[str, AnyArray]:
        """Every parameter by its name, float32, and the histories."""
        arrays = {name: value.numpy(force=True) for name, value in (*self.named_parameters(), *self.named_buffers())}
        return {**arrays, **self.sequences.state("history")}

    def scores(self, hidden: Tensor, index: Tensor) -> Tensor:
        """(n, K) scores of the same K items (K,) for all, or of K items per row (n, K)."""
        items = self.items(index.flatten()).view(*index.shape, -1)
        products = hidden @ items.T if index.dim() == 1 else (hidden[:, None] * items).sum(2)
        scores: Tensor = products + self.bias(index.flatten()).view(index.shape)
        return scores

    def all_scores(self, hidden: Tensor) -> Tensor:
        """(n, m) scores of all items."""
        scores: Tensor = hidden @ self.items.rows().T + self.bias.rows()[:, 0]
        return scores


class Stepwise(Sequential):
    """A model that reads a history item by item, and has an h after each."""

    @abstractmethod
    def encode(self, items: Tensor, draw: torch.Generator | None) -> Tensor:
        """(w, l, dim) h after each item of w windows, from their rows (w, l, dim); ``draw``: training, with dropout.

        An output must not depend on later items.
        """

    def hidden(self, rows: Events | Query, draw: torch.Generator | None, *, least: int, dtype: torch.dtype) -> Tensor:
        """(n, dim) h of the users of these rows, see ``Sequences.windows``."""
        windows = self.sequences.windows(rows, length=self.length, least=least, known=len(self.items))
        device = self.items.weight.device
        empty = torch.zeros(len(windows.item), 1, self.dim, dtype=dtype, device=device)
        if not windows.column.any():
            return empty[index_of(windows.row, device), 0]
        index = index_of(windows.item, device)
        rows_of_items = self.items(index.flatten()).to(dtype).view(*index.shape, -1)
        after = torch.cat([empty, self.encode(rows_of_items, draw if self.training else None)], 1)
        return after[index_of(windows.row, device), index_of(windows.column, device)]
