import subprocess
import sys

import numpy as np
import pytest
from freshmark import Metric, Outcomes
from freshmark.errors import UnknownName
from freshmark.results.metrics.rank import hit_rate
from freshmark.results.metrics.registry import (
    METRICS,
    depth_of,
    main_metric,
    metric_named,
    metrics_of,
    register_metrics,
)


def test_the_built_in_metrics_come_through_the_hook():
    assert register_metrics() is METRICS
    assert {"hr@10", "recall@10", "ndcg@10", "mrr@10", "mrr", "map@10"} <= set(METRICS)
    assert {"auc", "logloss", "calibration_error", "accuracy", "f1", "rmse", "mae"} <= set(METRICS)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_says_its_name_and_exactly_one_way_to_compute_it(name):
    metric = METRICS[name]
    assert metric.name == name
    assert (metric.each is None) != (metric.whole is None)


def test_a_metric_exists_at_any_k_afterwards():
    assert metric_named("ndcg@25").name == "ndcg@25"
    assert metric_named("hr@3")(Outcomes("rank", rank=np.array([3.0, 4.0]))) == 0.5


@pytest.mark.parametrize("name", ["ndgc@10", "ndcg@0", "ndcg@", "ndcg@-1", "auc@10", "", "ndcg@1.5"])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(UnknownName):
        metric_named(name)


def test_a_misspelt_metric_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'ndcg@10'"):
        metric_named("ndgc@10")


def test_lists_must_be_as_deep_as_k():
    assert depth_of("ndcg@25") == 25
    assert depth_of("mrr") == 0
    assert depth_of("auc") == 0


@pytest.mark.parametrize(
    ("task", "main"), [("rank", "ndcg@20"), ("click", "logloss"), ("rate", "rmse"), ("classify", "accuracy")]
)
def test_the_main_metric_of_a_task_comes_first(task, main):
    assert main_metric(task, 20) == main
    assert metrics_of(task, 20)[0] == main


def test_metrics_of_a_task_are_at_its_k_and_of_no_other_task():
    assert metrics_of("rank", 5) == ("ndcg@5", "hr@5", "recall@5", "mrr@5", "map@5", "mrr")
    assert set(metrics_of("rate", 5)) == {"rmse", "mae"}


def test_a_plugins_metric_joins_those_of_its_task():
    mine = Metric("three", frozenset({"rank"}), "higher", each=hit_rate(3))
    known = {**METRICS, mine.name: mine}
    assert mine.name in metrics_of("rank", 10, known)
    assert mine.name not in metrics_of("rate", 10, known)
    assert metric_named(mine.name, known) is mine


@pytest.mark.parametrize("name", METRICS)
def test_no_events_give_no_number(name):
    nothing = np.empty(0)
    task = min(METRICS[name].tasks)
    outcomes = Outcomes(
        task, rank=nothing, prediction=nothing, label=nothing.astype(np.int64), predicted=nothing.astype(np.int64)
    )
    assert np.isnan(METRICS[name](outcomes))


def test_listing_metrics_imports_nothing_heavy():
    heavy = "{'pandas', 'torch', 'seaborn', 'numba', 'pyarrow', 'matplotlib'}"
    program = f"import sys, freshmark.results.metrics.registry; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
