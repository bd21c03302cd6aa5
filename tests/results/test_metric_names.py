import subprocess
import sys

import numpy as np
import pytest
from freshmark import Metric, MetricFamily, Outcomes, Segment, UnknownName, UsageError
from freshmark.discovery.offers import Offer
from freshmark.errors import PluginError, PluginFault
from freshmark.results.metrics.named import Metrics, main_metric
from freshmark.results.metrics.named_segments import Segments
from freshmark.results.metrics.registry import METRICS, SEGMENTS, register_metrics, register_segments

BUILT_IN = [name.replace("@K", "@10") for name in METRICS]


def of_rank(name, **ways):
    return Metric(name, frozenset({"rank"}), "higher", **ways)


def hits(k):
    """Hits within K."""
    return of_rank(f"hits@{k}", each=lambda outcomes: outcomes.rank <= k)


def offered(kind, **things):
    """What a plugin offers under these names, besides the built-in ones."""
    known = METRICS if kind is Metrics else SEGMENTS
    mine = {thing.name: Offer("mine.py", thing) for thing in things.values()}
    return kind({name: Offer("freshmark:metrics", one) for name, one in known.items()} | mine)


def test_built_in_metrics_and_segments_come_through_the_hooks():
    assert register_metrics() is METRICS
    assert register_segments() is SEGMENTS
    assert {"hr@K", "recall@K", "ndcg@K", "mrr@K", "mrr", "map@K", "auc", "logloss", "rmse"} <= set(METRICS)


def test_a_metric_exists_at_any_k_afterwards_and_a_plugins_too():
    assert Metrics().named("ndcg@25").name == "ndcg@25"
    assert Metrics().named("hr@3")(Outcomes("rank", rank=np.array([3.0, 4.0]))) == 0.5
    mine = offered(Metrics, hits=MetricFamily("hits@K", hits))
    assert mine.named("hits@3")(Outcomes("rank", rank=np.array([3.0, 4.0]))) == 0.5
    assert mine.named("hits@7").name == "hits@7"


@pytest.mark.parametrize("name", ["ndgc@10", "ndcg@0", "ndcg@", "ndcg@-1", "auc@10", "", "ndcg@1.5", "ndcg@K"])
def test_a_name_without_a_metric_is_refused(name):
    with pytest.raises(UnknownName):
        Metrics().named(name)


def test_a_misspelt_metric_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'ndcg@10'"):
        Metrics().named("ndgc@10")


def test_lists_must_be_as_deep_as_k():
    metrics = offered(Metrics, hits=MetricFamily("hits@K", hits))
    depths = {name: metrics.depth_of(name) for name in ("ndcg@25", "hits@4", "mrr", "auc")}
    assert depths == {"ndcg@25": 25, "hits@4": 4, "mrr": 0, "auc": 0}


@pytest.mark.parametrize(
    ("task", "main"), [("rank", "ndcg@20"), ("click", "logloss"), ("rate", "rmse"), ("classify", "accuracy")]
)
def test_the_main_metric_of_a_task_comes_first(task, main):
    assert main_metric(task, 20) == main
    assert Metrics().of_task(task, 20)[0] == main


def test_metrics_of_a_task_are_at_its_k_and_of_no_other_task():
    assert Metrics().of_task("rank", 5) == ("ndcg@5", "hr@5", "recall@5", "mrr@5", "map@5", "mrr")
    assert set(Metrics().of_task("rate", 5)) == {"rmse", "mae"}


def test_a_plugins_metrics_join_those_of_their_task_and_are_known_as_added():
    three = of_rank("three", each=lambda outcomes: outcomes.rank <= 3)
    metrics = offered(Metrics, three=three, hits=MetricFamily("hits@K", hits))
    assert metrics.of_task("rank", 5)[-2:] == metrics.added("rank", 5) == ("three", "hits@5")
    assert metrics.added("rate", 5) == ()


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_events_give_no_number(name):
    nothing, metric = np.empty(0), Metrics().named(name)
    codes = nothing.astype(np.int64)
    outcomes = Outcomes(min(metric.tasks), rank=nothing, prediction=nothing, label=codes, predicted=codes)
    assert np.isnan(metric(outcomes))


def test_a_root_a_grouped_metric_and_a_whole_one_are_the_same_by_group():
    rng, group = np.random.default_rng(0), np.array([0, 2, 2, 0, 2])
    rank = Outcomes("rank", rank=rng.integers(1, 9, 5).astype(float))
    root = of_rank("root", each=lambda outcomes: outcomes.rank**2, root=True)
    whole = of_rank("root", whole=lambda outcomes: float(np.sqrt((outcomes.rank**2).mean())))

    def by_group(outcomes, group, groups):
        members = [outcomes.rows(group == one) for one in range(groups)]
        return np.array([whole(one) if len(one) else np.nan for one in members])

    grouped = of_rank("root", by_group=by_group)
    expected = whole.of_groups(rank, group, 3)
    assert np.isnan(expected[1])
    for metric in (root, grouped):
        np.testing.assert_allclose(metric.of_groups(rank, group, 3), expected)
        assert metric(rank) == pytest.approx(whole(rank))


@pytest.mark.parametrize(
    "ways", [{}, {"each": len, "whole": len}, {"each": len, "by_group": len}, {"whole": len, "root": True}]
)
def test_a_metric_has_one_way_to_be_computed(ways):
    with pytest.raises(UsageError, match="either"):
        of_rank("mine", **ways)


@pytest.mark.parametrize("better", ["Higher", "low", "", None])
def test_a_metric_is_better_higher_or_lower(better):
    with pytest.raises(UsageError, match="better=") as caught:
        Metric("mine", frozenset({"rank"}), better, each=lambda outcomes: outcomes.rank)
    assert caught.value.code == "FM307"


def of_plugin(each=None, whole=None):
    return offered(Metrics, mine=of_rank("mine", each=each, whole=whole)).named("mine")


@pytest.mark.parametrize(
    ("metric", "what"),
    [
        ({"each": lambda outcomes: 1 / 0}, "ZeroDivisionError"),
        ({"each": lambda outcomes: Metrics().named("none")}, "UnknownName"),
        ({"each": lambda outcomes: outcomes.rank[:-1]}, "float64 of shape (2,) for 3 events"),
        ({"each": lambda outcomes: np.array(["a"] * 3)}, "of shape (3,) for 3 events"),
        ({"whole": lambda outcomes: outcomes.rank}, "float64 of shape (3,) for 3 events"),
    ],
)
def test_a_plugins_metric_that_fails_names_the_plugin_and_itself(metric, what):
    with pytest.raises(PluginFault) as caught:
        of_plugin(**metric)(Outcomes("rank", rank=np.ones(3)))
    assert caught.value.exit_code == 1
    assert all(part in str(caught.value) for part in ("'mine.py'", "'mine'", what))


def test_a_built_in_metric_that_fails_is_not_a_plugins_fault():
    with pytest.raises(TypeError, match="have no rank"):
        Metrics().named("hr@10")(Outcomes("click"))


def no_metric(k):
    raise ZeroDivisionError


def test_a_family_that_fails_is_refused_when_it_is_named_and_does_not_hide_the_others():
    metrics = offered(Metrics, hits=MetricFamily("hits@K", no_metric), own=of_rank("own", each=len))
    with pytest.raises(PluginFault, match=r"'mine.py' fails in metric 'hits@3'"):
        metrics.named("hits@3")
    assert metrics.added("rank", 5) == ("hits@5", "own")


@pytest.mark.parametrize(
    ("offers", "code"),
    [
        ({"hr@3": hits(3)}, "FM307"),
        ({"hits": len}, "FM307"),
        ({"hr@3": of_rank("hr@3", each=len)}, "FM306"),
    ],
    ids=["another name", "not a metric", "one of a family"],
)
def test_a_metric_that_cannot_be_known_by_its_name_is_refused(offers, code):
    with pytest.raises(PluginError) as caught:
        Metrics.besides_built_in(offers)
    assert caught.value.code == code


def all_of_them(events):
    return np.zeros(len(events), np.int64)


def test_two_segments_with_one_group_are_refused():
    with pytest.raises(PluginError, match="both have a group 'head'"):
        Segments.besides_built_in({"mine": Segment("mine", ("head",), of=all_of_them)})


@pytest.mark.parametrize("groups", [(), ("a", "a"), ("all",)])
def test_a_segment_has_groups_of_different_names(groups):
    with pytest.raises(UsageError):
        Segment("mine", groups, of=all_of_them)


def test_listing_metrics_imports_nothing_heavy():
    heavy = "{'pandas', 'torch', 'seaborn', 'numba', 'pyarrow', 'matplotlib'}"
    program = f"import sys, freshmark.results.metrics.registry; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
