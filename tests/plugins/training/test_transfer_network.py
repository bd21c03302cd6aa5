"""The transfer of one row, held against its equations written out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark_plugins.training.transfer_network import TransferNetwork


def draw(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def transfer():
    made = TransferNetwork(torch.randn(4, 3, generator=draw(1)), hidden=7, draw=draw())
    made.hat.data += torch.randn(4, 3, generator=draw(2))
    return made


def shaken(transfer):
    for parameter in transfer.net.parameters():
        torch.nn.init.normal_(parameter, generator=draw(3))
    return transfer


def gelu(x):
    return x / (1 + np.exp(-1.702 * x))


def by_hand(transfer, row):
    before, hat = (part[row].double().numpy() for part in (transfer.before, transfer.hat.detach()))
    weights = [(layer.weight.detach().double().numpy(), layer.bias.detach().double().numpy()) for layer in transfer.net]
    x = np.stack([before, hat, before * hat / np.linalg.norm(before)])  # (3, d)
    (tall, tall_bias), (flat, flat_bias), (wide, wide_bias), (last, last_bias) = weights
    x = gelu(tall @ x + tall_bias[:, None])  # (10, d)
    x = gelu(flat @ x + flat_bias[:, None])  # (5, d)
    return hat + last @ gelu(wide @ x.reshape(-1) + wide_bias) + last_bias


def test_it_begins_as_training_alone(transfer):
    assert torch.equal(transfer().detach(), transfer.hat.detach())


@pytest.mark.parametrize("row", range(4))
def test_each_row_is_transferred_as_the_paper_says(transfer, row):
    assert shaken(transfer)()[row].detach().numpy() == pytest.approx(by_hand(transfer, row), rel=1e-4)


def test_the_product_is_a_constant(transfer):
    """The gradient is that of a transfer whose product does not move with ŵ."""
    shaken(transfer)().sum().backward()
    gradient = transfer.hat.grad.clone()
    product = (transfer.before * transfer.hat / transfer.before.norm(dim=1, keepdim=True)).detach()
    tall, flat, wide, last = transfer.net

    def held(hat):
        x = torch.stack([transfer.before, hat, product], 2)
        x = tall(x)
        x = flat(x * torch.sigmoid(1.702 * x))
        x = (x * torch.sigmoid(1.702 * x)).transpose(1, 2).flatten(1)
        x = wide(x)
        return (hat + last(x * torch.sigmoid(1.702 * x))).sum()

    hat = transfer.hat.detach().clone().requires_grad_()
    assert gradient == pytest.approx(torch.autograd.grad(held(hat), hat)[0], rel=1e-4, abs=1e-5)


def test_a_period_ends_where_the_next_begins(transfer):
    answer = shaken(transfer)().detach()
    transfer.close()
    assert torch.equal(transfer.before, answer)
    assert torch.equal(transfer.hat.detach(), answer)


def test_new_rows_begin_as_the_model_has_them(transfer):
    weight = torch.cat([transfer.hat.detach(), torch.full((2, 3), 5.0)])
    transfer.grow(weight)
    assert torch.equal(transfer.before[4:], weight[4:])
    assert torch.equal(transfer.hat.detach()[4:], weight[4:])
    assert torch.equal(transfer().detach()[4:], weight[4:])
