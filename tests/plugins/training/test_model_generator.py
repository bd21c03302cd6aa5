"""What makes a weight of those that it was in the last models, held against torch's own GRU and against sums."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.model_generator import GeneratedModel, GRUGenerator, WeightedAverage
from freshmark_plugins.training.optimisers import Optimiser

MODELS = [torch.randn(5, 2, generator=torch.Generator().manual_seed(seed)) for seed in range(4)]


def draw(seed=0):
    return torch.Generator().manual_seed(seed)


def read(maker, models=MODELS[1:]):
    for model in models:
        maker.see(model)
    return maker


def generator(weight=MODELS[0], k=3, hidden=4):
    maker = GRUGenerator(weight, [1.0] * k, hidden=hidden, draw=draw())
    torch.nn.init.normal_(maker.a, generator=draw(1))
    torch.nn.init.normal_(maker.c, generator=draw(2))
    return maker


def by_torch(maker, models):
    """The same, column by column, by torch.nn.GRUCell."""
    columns = []
    for column in range(models[0].shape[1]):
        hidden = maker.a.shape[1]
        cell = torch.nn.GRUCell(1, hidden)
        with torch.no_grad():
            cell.weight_ih.copy_(maker.read[column][:, None])
            cell.weight_hh.copy_(maker.recall[column].T)
            cell.bias_ih.copy_(maker.bias[column])
            cell.bias_hh.zero_()
            h = torch.zeros(len(models[0]), hidden)
            for model in models:
                h = cell(model[:, column : column + 1], h)
            columns.append(models[-1][:, column] + h @ maker.a[column] + maker.c[column])
    return torch.stack(columns, 1)


def test_it_is_a_gru_of_each_column_that_has_read_every_model_so_far():
    assert read(generator()).forward().detach() == pytest.approx(by_torch(generator(), MODELS), abs=1e-6)


def test_what_has_left_is_still_known_by_h_alone():
    maker = read(generator(k=1))
    assert len(maker.seen) == 1
    assert maker().detach() == pytest.approx(by_torch(generator(), MODELS), abs=1e-6)


def test_an_output_before_the_newest_knows_nothing_of_those_after_it():
    maker = read(generator(k=4))
    for place in (-4, -3, -2, -1):
        maker.place = place
        known = MODELS[: 5 + place]
        assert maker().detach() == pytest.approx(by_torch(generator(), known), abs=1e-6), place


def test_it_begins_as_the_newest_model():
    assert torch.equal(read(GRUGenerator(MODELS[0], [1.0] * 3, hidden=4, draw=draw()))().detach(), MODELS[-1])


def test_an_average_is_one_of_as_many_models_as_there_are():
    maker = WeightedAverage(MODELS[0], [1.0, 2.0, 5.0])
    assert torch.equal(maker(), MODELS[0])
    maker.see(MODELS[1])
    assert maker() == pytest.approx((2 * MODELS[0] + 5 * MODELS[1]) / 7, abs=1e-6)
    maker = read(maker, MODELS[2:])
    assert maker() == pytest.approx((MODELS[1] + 2 * MODELS[2] + 5 * MODELS[3]) / 8, abs=1e-6)


@pytest.mark.parametrize("make", [WeightedAverage, partial(GRUGenerator, hidden=3, draw=draw())])
def test_a_new_row_was_there_all_along_and_changes_no_other(make):
    maker = read(make(MODELS[0], [1.0, 1.0, 1.0]))
    if isinstance(maker, GRUGenerator):
        torch.nn.init.normal_(maker.a, generator=draw(1))
    before = maker().detach()
    maker.grow(torch.cat([MODELS[0], torch.full((2, 2), 7.0)]))
    assert torch.equal(maker()[:5].detach(), before)
    assert all(torch.equal(model[5:], torch.full((2, 2), 7.0)) for model in maker.seen)


@pytest.fixture
def outputs():
    table = EmbeddingTable(2, scale=1.0, seed=(0,))
    table.grow(5)
    maker = GRUGenerator(table.weight, [0.0, 1.0, 3.0], hidden=2, draw=draw())
    made = GeneratedModel(
        table, {"weight": maker}, partial(Optimiser, name="sgd", lr=0.1, sparse=False), np.random.default_rng(0)
    )
    for model in MODELS[:3]:
        table.weight.data.copy_(model)
        made.see()
    return table, maker, made


def test_outputs_are_drawn_as_their_shares_say(outputs):
    _, maker, made = outputs
    places = []
    for _ in range(400):
        made.refresh()
        places.append(maker.place)
    share = np.bincount(np.array(places) + 3, minlength=3) / 400
    assert share[0] == 0
    assert share[2] == pytest.approx(0.75, abs=0.08)


def test_a_step_moves_the_generator_and_not_what_it_reads(outputs):
    table, maker, made = outputs
    before = [model.clone() for model in maker.seen]
    made.clear()
    table.weight.sum().backward()
    made.step()
    assert maker.c.tolist() == pytest.approx([-0.5, -0.5])
    assert all(torch.equal(one, other) for one, other in zip(maker.seen, before, strict=True))


def test_training_goes_on_from_the_newest_model_not_from_what_was_made(outputs):
    table, maker, made = outputs
    torch.nn.init.ones_(maker.c)
    made.refresh()
    assert not torch.equal(table.weight.data, MODELS[2])
    made.go_on()
    assert torch.equal(table.weight.data, MODELS[2])
