"""Held against torch's own optimisers, used plainly, and against the formulas."""

from __future__ import annotations

import pytest
import torch
from freshmark import FreshmarkError
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.optimisers import DENSE, SPARSE, WHY_NOT, Optimiser, check

PLAIN = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "adam": lambda p: torch.optim.Adam(p, lr=0.1),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.1),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.1),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=0.9),
}
FORGETFUL = {"sgd", "adagrad", "ftrl"}
"""Those that leave a row without a gradient where it is."""


class Net(torch.nn.Module):
    def __init__(self, rows=6, *, sparse=False):
        super().__init__()
        self.table = EmbeddingTable(3, scale=1.0, seed=(0,))
        self.table.grow(rows)
        self.table.sparse = sparse
        self.line = torch.nn.Parameter(torch.ones(3))

    def forward(self, index):
        return (self.table(index) @ self.line).square().sum()


def trained(net, optimiser, steps=5):
    for step in range(steps):
        optimiser.clear()
        net(torch.tensor([step % 4, 1])).backward()
        optimiser.step()
    return net


class Plainly:
    def __init__(self, optimiser):
        self.clear, self.step = optimiser.zero_grad, optimiser.step


@pytest.mark.parametrize("name", PLAIN)
def test_dense_ones_are_those_of_torch(name):
    ours, net = Net(), Net()
    trained(ours, Optimiser(ours, name, lr=0.1, sparse=False))
    trained(net, Plainly(PLAIN[name](net.parameters())))
    for one, other in zip(ours.parameters(), net.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


@pytest.mark.parametrize("name", sorted(FORGETFUL))
def test_those_without_a_memory_that_moves_give_the_same_numbers_dense_and_sparse(name):
    dense, sparse = Net(), Net(sparse=True)
    trained(dense, Optimiser(dense, name, lr=0.1, sparse=False))
    trained(sparse, Optimiser(sparse, name, lr=0.1, sparse=True))
    assert torch.allclose(dense.table.weight, sparse.table.weight, atol=1e-6)


@pytest.mark.parametrize("name", DENSE)
def test_rows_outside_of_the_batch_move_only_where_something_is_remembered_of_them(name):
    net = Net()
    optimiser = Optimiser(net, name, lr=0.1, sparse=False)
    net(torch.tensor([0, 1])).backward()
    optimiser.step()
    before = net.table.weight.detach().clone()
    optimiser.clear()
    net(torch.tensor([1])).backward()
    optimiser.step()
    assert torch.equal(net.table.weight[0], before[0]) == (name in FORGETFUL | {"rmsprop"})


def test_sparse_adam_leaves_rows_outside_of_the_batch_and_trains_the_rest_densely():
    net = Net(sparse=True)
    optimiser = Optimiser(net, "adam", lr=0.1, sparse=True)
    assert [type(part).__name__ for part in optimiser.parts] == ["SparseAdam", "Adam"]
    net(torch.tensor([0, 1])).backward()
    optimiser.step()
    before, line = net.table.weight.detach().clone(), net.line.detach().clone()
    optimiser.clear()
    net(torch.tensor([1])).backward()
    optimiser.step()
    assert torch.equal(net.table.weight[0], before[0])
    assert not torch.equal(net.table.weight[1], before[1])
    assert not torch.equal(net.line, line)


@pytest.mark.parametrize(("name", "sparse"), [(n, False) for n in DENSE] + [(n, True) for n in SPARSE])
def test_old_rows_learn_on_as_if_there_had_been_no_growth(name, sparse):
    grown, roomy = Net(4, sparse=sparse), Net(9, sparse=sparse)
    one, other = (Optimiser(net, name, lr=0.1, sparse=sparse) for net in (grown, roomy))
    trained(grown, one)
    trained(roomy, other)
    grown.table.grow(9)
    one.grow()
    trained(grown, one)
    trained(roomy, other)
    assert torch.allclose(grown.table.weight[:4], roomy.table.weight[:4], atol=1e-6)
    for (_, here), (_, there) in zip(one.state(), other.state(), strict=True):
        assert here == pytest.approx(there, abs=1e-6)


def test_the_state_is_what_is_remembered_of_the_parameters():
    net = Net()
    optimiser = Optimiser(net, "adam", lr=0.1, sparse=False)
    trained(net, optimiser)
    state = dict(optimiser.state())
    assert {name.rsplit(".", 1)[1] for name in state} == {"exp_avg", "exp_avg_sq"}
    assert sum(array.nbytes for array in state.values()) == 2 * sum(p.nbytes for p in net.parameters())


@pytest.mark.parametrize(("name", "why"), WHY_NOT.items())
def test_an_impossible_pair_is_refused_with_the_reason(name, why):
    with pytest.raises(FreshmarkError, match=why):
        check(name, sparse=True, lr=0.1)


def test_every_dense_one_is_sparse_too_or_says_why_not():
    assert DENSE.keys() == SPARSE.keys() | WHY_NOT.keys()
    assert not SPARSE.keys() & WHY_NOT.keys()


def test_options_are_part_of_the_name():
    ours, net = Net(), Net()
    trained(ours, Optimiser(ours, "momentum(momentum=0.5)", lr=0.1, sparse=False))
    trained(net, Plainly(torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.5)))
    assert torch.allclose(ours.table.weight, net.table.weight, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ftrl(l3=1.0)", "option of ftrl"),
        ("ftrl(l1=-1.0)", "must be 0 or more"),
        ("adam(betas=2)", "adam"),
        ("adam(0.9)", "options by name"),
        ("sgd(momentum=0.9)", "option of sgd"),
    ],
)
def test_options_that_cannot_be_are_refused(text, why):
    with pytest.raises(FreshmarkError, match=why):
        check(text, sparse=False, lr=0.1)
