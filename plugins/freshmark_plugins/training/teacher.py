"""Teacher: a model as it was, and how far another is from what it says."""

from __future__ import annotations

import copy
from typing import Any

import torch
from freshmark import Events, Task
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax


class Teacher:
    """A copy of a model that training moves no more.

    What it says is computed again for each batch: to store it would take outputs · events · 4 bytes. Memory: the model.

    Args:
        model: it must have ``outputs``, and rows for all events to come.
        task: of the stream.
        outputs: how many of its outputs count, the first ones: those that it had learned of; None for all.
    """

    def __init__(self, model: Any, task: Task, *, outputs: int | None = None) -> None:
        self.model: Any = copy.deepcopy(model).eval().requires_grad_(requires_grad=False)
        self.task, self.known = task, outputs if task == "rank" else None

    def outputs(self, events: Events) -> Tensor:
        """(n, k) what it says of these events."""
        with torch.no_grad():
            outputs: Tensor = self.model.outputs(events)[:, : self.known]
        return outputs

    def distance(self, student: Any, events: Events, *, temperature: float = 1.0) -> Tensor:
        """(n,) how far the student is from it.

        ::

            rank, classify   −Σ_i softmax(f_teacher / T)_i log softmax(f_student / T)_i      over its outputs i
            click            −p log q − (1 − p) log(1 − q),   p = σ(f_teacher / T), q = σ(f_student / T)
            rate             (f_teacher − f_student)²
        """
        theirs = self.outputs(events)
        own = student.outputs(events)[:, : theirs.shape[1]]
        if self.task == "rate":
            squares: Tensor = (own - theirs).square().sum(1)
            return squares
        theirs, own = theirs / temperature, own / temperature
        if self.task == "click":
            return binary_cross_entropy_with_logits(own, theirs.sigmoid(), reduction="none").sum(1)
        apart: Tensor = -(theirs.softmax(1) * log_softmax(own, 1)).sum(1)
        return apart
