from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark_plugins.models.layers import Norm, Projection, dropped


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_a_projection_is_the_product_and_its_first_weights_lie_within_their_bound():
    layer = Projection(30, 20, draw=generator())
    x = np.random.default_rng(0).standard_normal((4, 3, 30))
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    assert layer(torch.from_numpy(x)).detach().numpy() == pytest.approx(x @ weight.T.astype(float) + bias)
    bound = np.sqrt(6 / 50)
    assert 0.9 * bound < abs(weight).max() <= bound
    assert not bias.any()


def test_norm_is_the_formula():
    x = np.random.default_rng(0).standard_normal((5, 8))
    expected = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)
    assert Norm(8)(torch.from_numpy(x)).detach().numpy() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("layer", [Norm(6), Projection(6, 4, draw=generator())])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_layers_compute_in_the_precision_that_they_are_given(layer, dtype):
    assert layer(torch.ones(2, 6, dtype=dtype)).dtype == dtype


def test_dropping_keeps_the_mean_and_follows_its_generator():
    x = torch.ones(100_000)
    out = dropped(x, 0.3, generator())
    assert (out == 0).float().mean().item() == pytest.approx(0.3, abs=0.01)
    assert out.mean().item() == pytest.approx(1.0, abs=0.01)
    assert torch.equal(out, dropped(x, 0.3, generator()))
    assert dropped(x, 0.3, None) is x
    assert dropped(x, 0.0, generator()) is x
