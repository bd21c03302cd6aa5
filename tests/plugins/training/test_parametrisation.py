"""An optimiser over what weights are made of, against the gradient of the whole by torch."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
import torch
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.optimisers import Optimiser
from freshmark_plugins.training.parametrisation import (
    Constant,
    Parametrisation,
    ReparametrisedOptimiser,
    grown_tables,
    tables,
)
from torch import nn

SGD = partial(Optimiser, name="sgd", lr=0.1, sparse=False)


class Twice(Parametrisation):
    """The first three rows are the square of what is trained."""

    def __init__(self):
        super().__init__()
        self.root = nn.Parameter(torch.tensor([[1.0], [2.0], [3.0]]))

    def forward(self):
        return self.root.square()


@pytest.fixture
def table():
    made = EmbeddingTable(1, scale=1.0, seed=(3,))
    made.grow(3)
    return made


def test_the_model_shows_what_its_weights_are_made_of_from_the_start(table):
    ReparametrisedOptimiser(table, {"weight": Twice()}, SGD)
    assert table.weight.flatten().tolist() == [1.0, 4.0, 9.0]


def test_a_step_goes_down_the_gradient_of_what_the_weights_are_made_of(table):
    part = Twice()
    built = ReparametrisedOptimiser(table, {"weight": part}, SGD)
    (table.weight * torch.tensor([[1.0], [1.0], [0.0]])).sum().backward()
    built.step()
    root = torch.tensor([[1.0 - 0.1 * 2], [2.0 - 0.1 * 4], [3.0]])
    assert torch.equal(part.root.data, root)
    assert torch.equal(table.weight.data, root.square())


def test_rows_beyond_the_part_learn_as_they_are(table):
    built = ReparametrisedOptimiser(table, {"weight": Constant(table.weight)}, SGD, direct=[table.weight])
    before = table.weight.detach().clone()
    table.grow(5)
    built.grow()
    new = table.weight.detach()[3:].clone()
    table.weight.sum().backward()
    built.step()
    assert torch.equal(table.weight.data[:3], before)
    assert torch.allclose(table.weight.data[3:], new - 0.1)


@pytest.mark.parametrize(
    "optimiser", ["sgd", "momentum", "adam", "adamw(weight_decay=0.5)", "adagrad", "rmsprop", "ftrl"]
)
def test_what_is_fixed_stays_to_the_byte_under_any_optimiser(table, optimiser):
    built = ReparametrisedOptimiser(
        table, {"weight": Constant(table.weight)}, partial(Optimiser, name=optimiser, lr=0.1, sparse=False),
        direct=[table.weight],
    )  # fmt: skip
    before = table.weight.detach().clone()
    for _ in range(3):
        built.clear()
        table.weight.square().sum().backward()
        built.step()
    assert torch.equal(table.weight.data, before)


def test_its_state_holds_the_parts_and_what_the_optimiser_remembers(table):
    built = ReparametrisedOptimiser(table, {"weight": Twice()}, partial(Optimiser, name="adam", lr=0.1, sparse=False))
    table.weight.sum().backward()
    built.step()
    assert {"part.0.root", "optimiser.0.exp_avg"} <= dict(built.state()).keys()


def test_tables_are_found_by_the_name_of_their_parameter(table):
    model = nn.ModuleDict({"deep": nn.Sequential(nn.Linear(1, 1)), "users": table})
    assert list(tables(model)) == ["users.weight"]
    assert list(tables(table)) == ["weight"]


def test_tables_that_represent_users_and_items_are_those_that_grow_with_them(start_run, stream):
    run = start_run(stream, 200)
    factorised, hashed = MF(dim=3), Logistic(bits=4)
    factorised.build(run)
    hashed.build(replace(run, task="classify", classes=3))
    rows = len(factorised.users), len(factorised.items)
    assert list(grown_tables(factorised)) == ["users.weight", "items.weight"]
    assert grown_tables(factorised)["users.weight"] is factorised.users.weight
    assert (len(factorised.users), len(factorised.items)) == rows
    assert grown_tables(hashed) == {}
