from __future__ import annotations

import numpy as np
import pytest
from freshmark_plugins.kernels.vectors import Vectors, product
from hypothesis import given
from hypothesis import strategies as st

CODES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=30)


def met(pairs, *, cuts=()):
    one = Vectors(3, scale=0.5, seed=(1,))
    new = []
    for begin, end in zip([0, *cuts], [*cuts, len(pairs)], strict=True):
        part = np.array(pairs[begin:end], np.int64).reshape(-1, 2)
        new += one.meet(part[:, 0], part[:, 1]).tolist()
    return one, new


def plain(pairs):
    """One generator, asked for a vector whenever somebody is seen for the first time, users first."""
    draw, found = np.random.default_rng((1,)), {}
    for user, item in pairs:
        for key in (user, -1 - item):
            if key not in found:
                found[key] = (0.5 * draw.standard_normal(3)).astype(np.float32)
    return found


@given(pairs=CODES)
def test_vectors_are_drawn_in_the_order_in_which_a_loop_over_events_would(pairs):
    one, new = met(pairs)
    expected = plain(pairs)
    assert new == list(expected)
    for key, vector in expected.items():
        assert np.array_equal(one.users[key] if key >= 0 else one.items[~key], vector)


@given(pairs=CODES, data=st.data())
def test_however_events_are_cut_the_same_is_drawn(pairs, data):
    cut = data.draw(st.integers(0, len(pairs)))
    (one, new), (other, same) = met(pairs), met(pairs, cuts=[cut])
    assert new == same
    for name, array in one.state().items():
        assert np.array_equal(array, other.state()[name]), name


def test_products_are_those_of_the_rows_and_one_row_is_as_good_as_many():
    one, _ = met([(0, 0), (1, 1), (2, 2)])
    users = np.array([2, 0, 2])
    whole = one.products(users)
    assert whole == pytest.approx(one.users[users].astype(float) @ one.items[:3].T.astype(float))
    assert np.array_equal(np.concatenate([one.products(users[row : row + 1]) for row in range(3)]), whole)


def test_a_product_is_summed_in_float64():
    p, q = np.array([1e8, 1, -1e8], np.float32), np.ones(3, np.float32)
    assert product(p, q) == 1.0
