from dataclasses import replace

import numpy as np
import pytest
from freshmark import Outcomes
from freshmark.results.metrics.influence import GROUPS, centred, groups_of, influence_of
from freshmark.results.metrics.measured import measure
from freshmark.results.metrics.named import Metrics
from freshmark.results.metrics.segments import Division

metric_named = Metrics().named


def influence(metric, outcomes, window, user, windows):
    division, outcomes = Division(window, windows), replace(outcomes, user=user)
    measured = measure(metric, outcomes, division)
    return influence_of(metric, outcomes, measured, division), measured.value[0, -1]


def test_users_are_dealt_like_cards():
    group, groups = groups_of(np.arange(130))
    assert groups == GROUPS
    assert group[:3].tolist() == [0, 1, 2]
    assert group[64] == 0


def test_few_users_make_one_group():
    group, groups = groups_of(np.array([0, 3, 5]))
    assert groups == 1
    assert group.tolist() == [0, 0, 0]
    assert groups_of(np.empty(0, np.int32))[1] == 1


def test_a_mean_is_what_every_event_adds_to_it():
    rng = np.random.default_rng(0)
    window, user, rank = rng.integers(0, 4, 300), rng.integers(0, 40, 300), rng.integers(1, 20, 300).astype(float)
    metric = metric_named("ndcg@10")
    table, whole = influence(metric, Outcomes("rank", rank=rank), window, user, 4)
    each = metric.each(Outcomes("rank", rank=rank))
    assert table.shape == (4, 40)
    assert table[2, 7] == pytest.approx(((each - whole) / 300)[(window == 2) & (user == 7)].sum())
    assert table.sum() == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("name", ["ndcg@10", "rmse"])
def test_it_tells_how_a_number_moves_when_events_weigh_more(name):
    rng = np.random.default_rng(1)
    window, user = np.repeat(np.arange(5), 400), rng.integers(0, 50, 2000)
    metric = metric_named(name)
    if name == "rmse":
        prediction, label = rng.normal(0, 1, 2000), np.zeros(2000)

        def made(rows):
            return Outcomes("rate", prediction=prediction[rows], label=label[rows])
    else:
        rank = rng.integers(1, 30, 2000).astype(float)

        def made(rows):
            return Outcomes("rank", rank=rank[rows])

    everything = np.arange(2000)
    table, whole = influence(metric, made(everything), window, user, 5)
    some = everything[(window == 1) & (user < 5)]
    moved = metric(made(np.append(everything, some))) - whole
    weight = 2000 / (2000 + len(some))
    assert moved == pytest.approx(weight * table[1, :5].sum(), rel=0.05)


def test_a_metric_that_is_not_a_mean_is_read_by_window():
    rng = np.random.default_rng(2)
    window, user = np.repeat(np.arange(4), 100), rng.integers(0, 50, 400)
    label = rng.integers(0, 2, 400).astype(float)
    clicks = Outcomes("click", prediction=rng.random(400), label=label)
    table, _ = influence(metric_named("auc"), clicks, window, user, 4)
    assert table.shape == (4, 1)
    assert table.sum() == pytest.approx(0, abs=1e-15)


def test_a_number_without_error_and_one_without_events():
    perfect = Outcomes("rate", prediction=np.ones(3), label=np.ones(3))
    table, _ = influence(metric_named("rmse"), perfect, np.arange(3), np.arange(3), 3)
    assert (table == 0).all()
    assert (centred(np.zeros((2, 1)), np.zeros((2, 1), int)) == 0).all()
