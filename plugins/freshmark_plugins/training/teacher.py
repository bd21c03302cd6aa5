"""Knowledge distillation: a frozen copy of a model, and the distance of a student from its outputs."""

from __future__ import annotations

import copy
from typing import Any

import torch
from freshmark import Events, Task
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax


class Teacher:
    """A frozen copy of a model.

    Outputs are recomputed for each batch: storing them would take outputs · events · 4 bytes. Memory: the model.

    Args:
        model: with ``outputs``, and rows for all events to come.
        task: of the stream.
        outputs: how many of its outputs count, the first ones, which it was trained on; None: all.
    """

    def __init__(self, model: Any, task: Task, *, outputs: int | None = None) -> None:
        self.model: Any = copy.deepcopy(model).eval().requires_grad_(requires_grad=False)
        self.task, self.known = task, outputs if task == "rank" else None

    def outputs(self, events: Events) -> Tensor:
        """(n, k) its outputs for these events."""
        with torch.no_grad():
            outputs: Tensor = self.model.outputs(events)[:, : self.known]
        return outputs

    def distance(self, student: Any, events: Events, *, temperature: float = 1.0) -> Tensor:
        """(n,) distance of the student from the teacher.

        ::

            rank, classify   −Σ_i softmax(f_teacher / T)_i log softmax(f_student / T)_i      over its outputs i
            click            −p log q − (1 − p) log(1 − q),   p = σ(f_teacher / T), q = σ(f_student / T)
            rate             (f_teacher − f_student)²
        """
        teacher = self.outputs(events)
        own = student.outputs(events)[:, : teacher.shape[1]]
        if self.task == "rate":
            squares: Tensor = (own - teacher).square().sum(1)
            return squares
        teacher, own = teacher / temperature, own / temperature
        if self.task == "click":
            return binary_cross_entropy_with_logits(own, teacher.sigmoid(), reduction="none").sum(1)
        divergence: Tensor = -(teacher.softmax(1) * log_softmax(own, 1)).sum(1)
        return divergence
