"""A teacher says what the model said before, whatever the model learns; and how far the model is from it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark import Events
from freshmark_plugins.models.context_free import ContextFree
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.training.learner import Learner
from freshmark_plugins.training.teacher import Teacher


@pytest.fixture
def learner(stream, start_run, events):
    one = Learner(MF(dim=4), optimiser="adam", lr=0.05, batch=16)
    one.start(start_run(stream, 200))
    one.learn(events(stream, 0, 200))
    return one


def test_training_does_not_move_it(learner, stream, events):
    learner.grow_vocabulary(events(stream, 200, 600))
    teacher, some = Teacher(learner.model, "rank"), events(stream, 100, 200)
    before, own = teacher.outputs(some).clone(), learner.model.outputs(some).detach().clone()
    assert torch.equal(before, own)
    learner.learn(events(stream, 200, 600), terms=[lambda batch, rows: teacher.distance(learner.model, batch).mean()])
    assert torch.equal(teacher.outputs(some), before)
    assert not torch.equal(learner.model.outputs(some)[:, : before.shape[1]], own)


def test_only_what_it_had_learned_of_counts_though_both_have_grown(learner, stream, events):
    known = learner.items
    learner.grow_vocabulary(events(stream, 0, 600))
    teacher, some = Teacher(learner.model, "rank", outputs=known), events(stream, 400, 600)
    assert learner.items > known
    assert int(some.user.max()) >= 5
    assert teacher.outputs(some).shape == (200, known)
    before = teacher.distance(learner.model, some)
    with torch.no_grad():
        learner.model.items.weight[known:] += 5.0
        learner.model.bias.weight[known:] += 5.0
    assert torch.equal(teacher.distance(learner.model, some), before)


class Told(ContextFree):
    """A model whose outputs are its one parameter."""

    def __init__(self, outputs):
        super().__init__()
        self.table = torch.nn.Parameter(torch.tensor(outputs, dtype=torch.float64))

    def outputs(self, events):
        return self.table[torch.from_numpy(events.item)]


def apart(task, theirs, own, *, temperature=1.0):
    student = Told(own)
    rows = np.arange(len(theirs))
    distance = Teacher(Told(theirs), task).distance(student, Events(rows, rows, rows), temperature=temperature)
    distance.sum().backward()
    return distance.detach().numpy(), student.table.grad.numpy()


def softmax(logits):
    odds = np.exp(logits - logits.max(1, keepdims=True))
    return odds / odds.sum(1, keepdims=True)


@pytest.mark.parametrize("task", ["rank", "classify"])
@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_of_several_outputs_it_is_the_cross_entropy_and_its_gradient_the_difference(task, temperature):
    draw = np.random.default_rng(0)
    theirs, own = draw.standard_normal((4, 6)), draw.standard_normal((4, 6))
    distance, gradient = apart(task, theirs, own, temperature=temperature)
    p, q = softmax(theirs / temperature), softmax(own / temperature)
    assert distance == pytest.approx(-(p * np.log(q)).sum(1), abs=1e-9)
    assert gradient == pytest.approx((q - p) / temperature, abs=1e-9)


def test_of_a_student_that_has_grown_only_the_old_outputs_take_part():
    draw = np.random.default_rng(0)
    theirs, own = draw.standard_normal((4, 3)), draw.standard_normal((4, 6))
    distance, gradient = apart("rank", theirs, own)
    p, q = softmax(theirs), softmax(own[:, :3])
    assert distance == pytest.approx(-(p * np.log(q)).sum(1), abs=1e-9)
    assert gradient[:, :3] == pytest.approx(q - p, abs=1e-9)
    assert not gradient[:, 3:].any()


def test_of_clicks_it_is_the_cross_entropy_with_its_probability():
    theirs, own = np.array([[0.5], [-2.0]]), np.array([[1.0], [0.0]])
    distance, gradient = apart("click", theirs, own)
    p, q = 1 / (1 + np.exp(-theirs)), 1 / (1 + np.exp(-own))
    assert distance == pytest.approx(-(p * np.log(q) + (1 - p) * np.log(1 - q))[:, 0], abs=1e-9)
    assert gradient == pytest.approx(q - p, abs=1e-9)


def test_of_ratings_it_is_the_square_of_the_difference():
    distance, gradient = apart("rate", np.array([[3.0]]), np.array([[4.5]]))
    assert distance == pytest.approx([2.25])
    assert gradient == pytest.approx(np.array([[3.0]]))
