import math

import numpy as np
import pytest
from freshmark.contract.metric import Outcomes
from freshmark.results.metrics.named import Metrics
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

metric_named = Metrics().named


def outcomes(*ranks):
    return Outcomes("rank", rank=np.array(ranks, np.float64))


def list_of(rank, k, items=60):
    """The first k places of a ranking in which the true item, 1, stands at this rank, and every other is 0."""
    return [1 if place == rank else 0 for place in range(1, items + 1)][:k]


def independent(family, rank, k):
    """The textbook's formula over the list itself, with no short cut for a single relevant item."""
    relevant = list_of(rank, k)
    if family in ("hr", "recall"):
        return float(any(relevant))
    if family == "ndcg":
        gain = sum(hit / math.log2(place + 1) for place, hit in enumerate(relevant, 1))
        return gain / (1 / math.log2(2))
    precisions = [sum(relevant[:place]) / place for place, hit in enumerate(relevant, 1) if hit]
    return sum(precisions) / 1


@pytest.mark.parametrize("family", ["hr", "recall", "ndcg", "mrr", "map"])
@given(ranks=st.lists(st.integers(1, 60), min_size=1, max_size=30), k=st.integers(1, 60))
def test_rank_metrics_agree_with_an_independent_implementation_over_lists(family, ranks, k):
    expected = sum(independent(family, rank, k) for rank in ranks) / len(ranks)
    assert metric_named(f"{family}@{k}")(outcomes(*ranks)) == pytest.approx(expected)


@given(ranks=st.lists(st.integers(1, 30), min_size=1, max_size=10), k=st.integers(1, 30))
def test_ndcg_agrees_with_scikit_learn(ranks, k):
    truth = np.zeros((len(ranks), 30))
    truth[np.arange(len(ranks)), np.array(ranks) - 1] = 1
    scores = np.tile(np.arange(30, 0, -1.0), (len(ranks), 1))
    assert metric_named(f"ndcg@{k}")(outcomes(*ranks)) == pytest.approx(ndcg_score(truth, scores, k=k))


def test_golden_values_of_one_event():
    assert metric_named("ndcg@10")(outcomes(1)) == 1.0
    assert metric_named("ndcg@10")(outcomes(3)) == 0.5
    assert metric_named("hr@10")(outcomes(10)) == 1.0
    assert metric_named("mrr")(outcomes(40)) == 1 / 40
    assert metric_named("mrr@10")(outcomes(40)) == 0.0


def test_a_tie_over_places_10_and_11_is_not_a_hit_at_10():
    assert metric_named("hr@10")(outcomes(10.5)) == 0.0
    assert metric_named("ndcg@10")(outcomes(10.5)) == 0.0
    assert metric_named("hr@11")(outcomes(10.5)) == 1.0


def test_a_tie_that_ends_inside_the_list_counts_by_its_middle():
    assert metric_named("ndcg@10")(outcomes(1.5)) == pytest.approx(1 / math.log2(2.5))


@pytest.mark.parametrize("name", ["hr@10", "recall@10", "ndcg@10", "mrr@10", "mrr", "map@10"])
def test_a_miss_gives_nothing(name):
    assert metric_named(name)(outcomes(math.inf)) == 0.0


@pytest.mark.parametrize("name", ["hr@10", "ndcg@10", "mrr"])
def test_a_rank_metric_refuses_outcomes_without_ranks(name):
    with pytest.raises(TypeError, match="no rank"):
        metric_named(name)(Outcomes("click", prediction=np.ones(2), label=np.ones(2)))


@given(ranks=st.lists(st.floats(1, 1e6), min_size=1, max_size=20), k=st.integers(1, 100))
def test_a_longer_list_never_gives_less(ranks, k):
    for family in ("hr", "ndcg", "mrr"):
        assert metric_named(f"{family}@{k + 1}")(outcomes(*ranks)) >= metric_named(f"{family}@{k}")(outcomes(*ranks))


@given(st.lists(st.floats(1, 1e6), min_size=1, max_size=20))
def test_hit_rate_bounds_ndcg_and_ndcg_bounds_mrr(ranks):
    hit, gain, first = (metric_named(f"{family}@10")(outcomes(*ranks)) for family in ("hr", "ndcg", "mrr"))
    assert hit + 1e-12 >= gain
    assert gain + 1e-12 >= first
