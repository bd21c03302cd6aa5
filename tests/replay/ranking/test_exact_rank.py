from __future__ import annotations

import numpy as np
import pytest
from freshmark import Factors
from freshmark.errors import InvalidAnswer
from freshmark.replay.ranking import kernels
from freshmark.replay.ranking.exact_rank import Ranker, Truths, best, rank_on_device
from hypothesis import given
from hypothesis import strategies as st

NONE_HAD = np.empty(0, np.int32)


def truths(item, candidates, had=()):
    """Each query of its own user, with these items had before."""
    lists = [list(one) for one in had] or [[] for _ in item]
    ends = np.cumsum([len(one) for one in lists])
    begins = ends - [len(one) for one in lists]
    flat = np.array([i for one in lists for i in one], np.int32)
    return Truths(np.array(item), np.array(candidates), flat, begins, ends)


def ranks_of(scores, item, candidates, had=(), items=None):
    scores = np.asarray(scores, float)
    out = np.empty(len(item))
    size = items or max(*candidates, scores.shape[1], *(i + 1 for i in item))
    Ranker(truths(item, candidates, had), size).by_scores(scores, 0, out)
    return out.tolist()


def by_definition(scores, item, candidates, had):
    """Design, points 4 and 5, one comparison at a time; written without a look at the kernels."""
    if item >= candidates:
        return float("inf")
    value = {i: (1, scores[i]) if i < len(scores) else (0, 0.0) for i in range(candidates)}
    others = [i for i in value if i != item and i not in set(had)]
    return 1 + sum(value[i] > value[item] for i in others) + 0.5 * sum(value[i] == value[item] for i in others)


def test_the_best_item_has_rank_one():
    assert ranks_of([[0.1, 0.9, 0.5]], [1], [3]) == [1.0]


def test_a_tie_takes_the_middle():
    assert ranks_of([[1.0, 1.0, 1.0, 0.0]], [0], [4]) == [2.0]


def test_an_item_first_seen_later_is_a_miss():
    assert ranks_of([[1.0, 2.0]], [2], [2], items=3) == [float("inf")]


def test_unknown_items_rank_below_all_known_and_equal_to_each_other():
    # Two known, three unknown: the middle of places 3, 4, 5.
    assert ranks_of([[-5.0, -9.0]], [3], [5]) == [4.0]


def test_items_that_the_user_had_are_no_candidates_but_the_true_one_is():
    scores = [[5.0, 4.0, 3.0, 2.0]]
    assert ranks_of(scores, [3], [4], had=[[0, 1, 1]]) == [2.0]
    assert ranks_of(scores, [3], [4], had=[[0, 1, 3]]) == [2.0]


def test_items_known_only_later_in_the_batch_are_no_candidates():
    assert ranks_of([[1.0, 2.0, 9.0], [1.0, 2.0, 9.0]], [0, 0], [2, 3]) == [2.0, 3.0]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_not_finite_fails_the_cell(bad):
    with pytest.raises(InvalidAnswer, match=r"not finite.*row 1"):
        ranks_of([[1.0, 2.0], [1.0, bad]], [0, 0], [2, 2])


def test_a_score_beyond_the_candidates_is_not_looked_at():
    assert ranks_of([[1.0, 2.0, np.nan]], [0], [2]) == [2.0]


def test_scores_of_another_shape_are_refused():
    with pytest.raises(InvalidAnswer, match=r"\(n, m\)"):
        ranks_of([[1.0, 2.0]], [0, 1], [2, 2])


drawn = st.integers(0, 100_000)


def random_case(seed, n=6):
    draw = np.random.default_rng(seed)
    known = int(draw.integers(0, 9))
    candidates = draw.integers(1, 12, n)
    item = draw.integers(0, 13, n)
    had = [draw.integers(0, c, draw.integers(0, 6)).tolist() for c in candidates]
    # Few distinct values, so that ties are common.
    return draw, known, candidates, item, had


@given(drawn)
def test_ranks_by_scores_are_those_of_the_definition(seed):
    draw, known, candidates, item, had = random_case(seed)
    scores = draw.integers(0, 4, (len(item), known)).astype(float)
    expected = [by_definition(*row) for row in zip(scores.tolist(), item, candidates, had, strict=True)]
    assert ranks_of(scores, item, candidates, had, items=13) == expected


@given(drawn)
def test_one_row_for_all_gives_what_copies_of_it_give(seed):
    draw, known, candidates, item, had = random_case(seed)
    row = draw.integers(0, 4, known).astype(float)
    copies = np.tile(row, (len(item), 1))
    out = np.empty(len(item))
    Ranker(truths(item, candidates, had), 13).by_scores(np.broadcast_to(row, copies.shape), 0, out)
    assert out.tolist() == ranks_of(copies, item, candidates, had, items=13)


@given(drawn, st.booleans())
def test_ranks_by_factors_are_those_of_the_products(seed, biased):
    draw, known, candidates, item, had = random_case(seed)
    # Small integers: every product is exact, so that ties are ties in any order of summation.
    user = draw.integers(-2, 3, (len(item), 5)).astype(np.float32)
    items = draw.integers(-2, 3, (known, 5)).astype(np.float32)
    bias = draw.integers(-1, 2, known).astype(np.float32) if biased else None
    scores = user @ items.T + (0 if bias is None else bias)
    out = np.empty(len(item))
    Ranker(truths(item, candidates, had), 13).by_factors(Factors(user, items, bias), 0, out)
    assert out.tolist() == ranks_of(scores, item, candidates, had, items=13)


@given(drawn)
def test_tensors_are_ranked_as_arrays_are(seed):
    torch = pytest.importorskip("torch")
    draw, _, candidates, item, had = random_case(seed)
    user = draw.integers(-2, 3, (len(item), 5)).astype(np.float32)
    items = draw.integers(-2, 3, (7, 5)).astype(np.float32)
    told = truths(item, candidates, had)
    out = np.empty(len(item))
    Ranker(told, 13).by_factors(Factors(user, items, None), 0, out)
    tensors = Factors(torch.as_tensor(user), torch.as_tensor(items), None)
    assert rank_on_device(tensors, told, 0, len(item)).tolist() == out.tolist()


@given(drawn)
def test_without_a_compiler_the_ranks_are_the_same(seed):
    draw, known, candidates, item, had = random_case(seed)
    mark = np.full(13, -1)
    for q in range(len(item)):
        row = draw.integers(0, 4, known).astype(float)
        own = np.array(had[q], np.int32)
        plain = kernels._rank_row_numpy(row, item[q], candidates[q], own, mark, q)
        assert plain == by_definition(row.tolist(), item[q], candidates[q], had[q])
        assert kernels._rank_row(row, item[q], candidates[q], own, mark, q) == plain


@given(drawn)
def test_the_place_in_a_list_is_the_place_among_what_the_user_had_not(seed):
    draw, _, candidates, item, had = random_case(seed)
    told = truths(item, candidates, had)
    width = 5
    lists = np.full((len(item), width), -1)
    expected = []
    for q, known in enumerate(candidates):
        chosen = draw.permutation(known)[: draw.integers(0, width + 1)]
        lists[q, : len(chosen)] = chosen
        shown = [i for i in chosen if i == item[q] or i not in had[q]][:3]
        expected.append(1.0 + shown.index(item[q]) if item[q] in shown else float("inf"))
    out = np.empty(len(item))
    Ranker(told, 13).by_lists(lists, 3, 0, out)
    assert out.tolist() == expected


@pytest.mark.parametrize(("row", "why"), [([0, 0], "twice"), ([3, 0], "not known yet"), ([-2, 0], "negative")])
def test_a_list_that_holds_what_is_no_candidate_fails_the_cell(row, why):
    ranker = Ranker(truths([0], [3]), 5)
    with pytest.raises(InvalidAnswer, match="each once"):
        ranker.by_lists(np.array([row]), 10, 0, np.empty(1))


@pytest.mark.parametrize("lists", [np.array([[0.5, 1.0]]), np.array([0, 1]), np.array([[0], [1]])])
def test_a_list_of_another_kind_fails_the_cell(lists):
    ranker = Ranker(truths([0], [3]), 5)
    with pytest.raises(InvalidAnswer, match="integer item codes"):
        ranker.by_lists(lists, 10, 0, np.empty(1))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12), st.integers(1, 14), st.integers(0, 1000))
def test_the_best_k_are_the_first_of_a_sorted_list(values, k, seed):
    scores = np.array(values, float)
    had = np.unique(np.random.default_rng(seed).integers(0, len(values), 3)).astype(np.int32)
    expected = [i for i in np.lexsort((np.arange(len(scores)), -scores)) if i not in had][:k]
    chosen = best(scores, k, had)
    assert scores[chosen].tolist() == scores[expected].tolist()
    assert not set(chosen) & set(had.tolist())
