"""RBO against its definition, written out."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.results.statistics.rank_overlap import rbo
from hypothesis import given
from hypothesis import strategies as st


def written_out(left, right, p):
    """Webber et al. 2010, eq. 30, term by term."""
    left, right = [one for one in left if one >= 0], [one for one in right if one >= 0]
    k = min(len(left), len(right))
    if not k:
        return float("nan")
    overlap = [len(set(left[:depth]) & set(right[:depth])) for depth in range(1, k + 1)]
    total = sum(overlap[depth - 1] / depth * p**depth for depth in range(1, k + 1))
    return overlap[-1] / k * p**k + (1 - p) / p * total


lists = st.lists(st.integers(0, 15), min_size=0, max_size=8, unique=True)


@given(lists, lists, st.floats(0.1, 0.99))
def test_it_is_what_the_paper_writes(left, right, p):
    padded = np.full((2, 8), -1)
    padded[0, : len(left)], padded[1, : len(right)] = left, right
    assert rbo(padded[:1], padded[1:], p)[0] == pytest.approx(written_out(left, right, p), nan_ok=True)


def test_equal_lists_are_one_and_strangers_zero():
    ten = np.arange(10)[None]
    assert rbo(ten, ten)[0] == pytest.approx(1.0)
    assert rbo(ten, ten + 10)[0] == 0.0


def test_a_change_at_the_top_weighs_more_than_one_at_the_end():
    ten = np.arange(10)
    top, end = ten.copy(), ten.copy()
    top[0], end[9] = 99, 99
    assert rbo(ten[None], top[None])[0] < rbo(ten[None], end[None])[0]


def test_many_pairs_at_once_are_each_alone():
    draw = np.random.default_rng(0)
    left, right = (np.array([draw.permutation(20)[:7] for _ in range(30)]) for _ in range(2))
    together = rbo(left, right)
    assert together.tolist() == [rbo(left[[row]], right[[row]])[0] for row in range(30)]
