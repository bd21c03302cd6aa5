"""Random numbers by name: right in distribution, the same everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.errors import UsageError
from freshmark_datasets.simulators.draws import Draws


def test_the_first_numbers_of_a_name_are_known_to_the_last_bit():
    assert [number.hex() for number in Draws(7).uniform("golden", 3)] == [
        "0x1.ea3ee22628c26p-2",
        "0x1.72ad62386536dp-1",
        "0x1.d59f1f40decf6p-2",
    ]


def test_names_are_independent_of_each_other_and_of_the_order_of_asking():
    one, other = Draws(1), Draws(1)
    first = one.uniform("a", 1000)
    other.uniform("b", 5)
    assert np.array_equal(first, other.uniform("a", 1000))
    assert abs(np.corrcoef(first, one.uniform("b", 1000))[0, 1]) < 0.1
    assert not np.array_equal(first, Draws(2).uniform("a", 1000))


def test_a_longer_draw_begins_like_a_shorter_one():
    draws = Draws(3)
    assert np.array_equal(draws.uniform("a", 100)[:10], draws.uniform("a", 10))
    assert draws.uniform("a", 2, 5).ravel().tolist() == draws.uniform("a", 10).tolist()


def test_numpy_s_global_state_is_neither_read_nor_changed():
    np.random.seed(0)  # noqa: NPY002  (the very state that must not matter)
    before = repr(np.random.get_state())  # noqa: NPY002
    first = Draws(0).uniform("a", 10)
    assert repr(np.random.get_state()) == before  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    assert np.array_equal(Draws(0).uniform("a", 10), first)


def test_uniform_numbers_never_reach_an_end_and_fill_the_interval_evenly():
    numbers = Draws(0).uniform("a", 100_000)
    assert 0.0 < numbers.min() < 1e-3
    assert 1.0 - 1e-3 < numbers.max() < 1.0
    tenths = np.bincount((numbers * 10).astype(int), minlength=10)
    assert ((tenths - 10_000) ** 2 / 10_000).sum() < 28  # chi-square, 9 degrees, 0.1 %


def test_exponential_numbers_have_mean_one_and_no_memory():
    numbers = Draws(0).exponential("a", 100_000)
    assert numbers.mean() == pytest.approx(1.0, abs=0.02)
    assert (numbers[numbers > 1] > 2).mean() == pytest.approx((numbers > 1).mean(), abs=0.01)


@pytest.mark.parametrize("tail", [0.8, 1.5, 4.0])
def test_pareto_numbers_exceed_v_with_probability_v_to_the_minus_tail(tail):
    numbers = Draws(0).pareto("a", tail, 100_000)
    assert numbers.min() >= 1.0
    for value in (1.5, 3.0):
        assert (numbers > value).mean() == pytest.approx(value**-tail, abs=0.006)


@pytest.mark.parametrize("shape", [0.05, 0.3, 1.0])
def test_gamma_numbers_have_the_mean_and_variance_of_their_shape(shape):
    numbers = Draws(0)._gamma("a", np.full(200_000, shape))
    assert numbers.mean() == pytest.approx(shape, rel=0.03)
    assert numbers.var() == pytest.approx(shape, rel=0.06)


def test_dirichlet_rows_sum_to_one_and_have_the_mean_and_variance_of_their_parameters():
    parameters = np.array([0.6, 0.3, 0.1])
    rows = Draws(0).dirichlet("a", parameters, 50_000)
    assert rows.shape == (50_000, 3)
    np.testing.assert_allclose(rows.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(rows.mean(axis=0), parameters, atol=0.01)
    np.testing.assert_allclose(rows.var(axis=0), parameters * (1 - parameters) / 2, atol=0.01)


def test_a_dirichlet_so_sparse_that_every_gamma_underflows_still_gives_shares():
    rows = Draws(0).dirichlet("a", np.full(3, 0.001), 200)
    np.testing.assert_allclose(rows.sum(axis=1), 1.0)
    assert np.isfinite(rows).all()


@pytest.mark.parametrize("seed", [-1, 1.5, True, "1", None])
def test_an_invalid_seed_is_refused(seed):
    with pytest.raises(UsageError, match="a whole number ≥ 0"):
        Draws(seed)
