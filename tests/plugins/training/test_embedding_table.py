from __future__ import annotations

import pytest
import torch
from freshmark_plugins.training.embedding_table import EmbeddingTable, extended


def test_growing_row_by_row_gives_what_growing_at_once_gives():
    slow, fast = EmbeddingTable(5, scale=0.3, seed=(1, 2)), EmbeddingTable(5, scale=0.3, seed=(1, 2))
    for rows in range(1, 60):
        slow.grow(rows)
    fast.grow(59)
    assert torch.equal(slow.weight, fast.weight)
    assert 0.25 < float(fast.weight.detach().std()) < 0.35


def test_old_rows_and_the_parameter_itself_stay():
    table = EmbeddingTable(3, scale=1.0, seed=(0,))
    table.grow(4)
    parameter = table.weight
    with torch.no_grad():
        parameter.add_(10)
    before = parameter.detach().clone()
    table.grow(50)
    assert table.weight is parameter
    assert torch.equal(table.weight[:4], before)
    table.grow(2)
    assert len(table) == 50


@pytest.mark.parametrize("sparse", [False, True])
def test_gradients_are_those_of_an_embedding(sparse):
    table = EmbeddingTable(4, scale=1.0, seed=(0,))
    table.grow(6)
    table.sparse = sparse
    twin = torch.nn.Embedding.from_pretrained(table.weight.detach().clone(), freeze=False)
    index, pull = torch.tensor([5, 0, 5]), torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    (table(index) * pull).sum().backward()
    (twin(index) * pull).sum().backward()
    assert table.weight.grad.is_sparse == sparse
    assert torch.allclose(table.weight.grad.to_dense(), twin.weight.grad)


def test_one_row_at_a_time_moves_the_memory_rarely():
    tensor, moves = torch.zeros(1, 8), 0
    for _ in range(2000):
        larger = extended(tensor, torch.ones(1, 8))
        moves += larger.data_ptr() != tensor.data_ptr()
        tensor = larger
    assert tensor.shape == (2001, 8)
    assert tensor.sum() == 16_000
    assert moves < 25


def test_a_part_of_a_larger_tensor_is_never_overwritten():
    whole = torch.arange(12.0).view(6, 2)
    assert extended(whole[2:4], torch.zeros(1, 2)).tolist() == [[4, 5], [6, 7], [0, 0]]
    assert whole.flatten().tolist() == list(range(12))
