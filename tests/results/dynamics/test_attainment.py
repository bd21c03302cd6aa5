"""What is lacking of the best possible answers: on a log whose true probabilities are known, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.results.dynamics.attainment import COLUMNS
from freshmark.results.metrics.named import Metrics

metric_named = Metrics().named


def cells(fabricated):
    return [
        fabricated.MadeCell("a()", every, skill, seed=seed)
        for every, skill in (("never", 0.1), ("1d", 0.6))
        for seed in range(2)
    ]


@pytest.mark.parametrize("task", ["click", "rank"])
def test_regret_is_the_difference_to_the_oracle_whichever_way_is_better(fabricated, made, task):
    results = made(cells(fabricated), [fabricated.MadeStream(task=task)])
    table = results.attainment().set_index("every")
    sign = {"click": 1, "rank": -1}[task]
    assert table["regret"].to_numpy() == pytest.approx(sign * (table["value"] - table["oracle"]).to_numpy())
    assert (table["regret"] > 0).all()
    assert table.loc["1d", "regret"] < table.loc["never", "regret"]


def test_regret_of_clicks_is_the_excess_over_the_log_loss_of_the_true_probabilities(fabricated, made):
    results = made(cells(fabricated), [fabricated.MadeStream(task="click")])
    (stream,) = results.streams
    best = results.recorded.oracle_outcomes(stream)
    each = metric_named("logloss").each
    lost = [
        np.mean(each(results.outcomes(key)) - each(best))
        for key in results.cells.loc[results.cells["every"] == "1d", "key"]
    ]
    assert results.attainment().set_index("every").loc["1d", "regret"] == pytest.approx(np.mean(lost))


def test_without_an_achievable_gain_the_share_is_nan(fabricated, made):
    """An unlucky oracle: a model better than it would have a negative share."""
    results = made(cells(fabricated), [fabricated.MadeStream(task="click")])
    (stream,) = results.streams
    sound = results.attainment().set_index("every")
    assert sound.loc["1d", "gain_share"] == pytest.approx(
        (sound.loc["1d", "value"] - sound.loc["1d", "floor"]) / (sound.loc["1d", "oracle"] - sound.loc["1d", "floor"])
    )
    events = results.events(stream)
    events["oracle"] = np.where(events["label"] > 0, 0.01, 0.99)
    table = results.attainment()
    assert (table["regret"] < 0).all()
    assert table["gain_share"].isna().all()


def test_the_oracle_of_classes_predicts_the_likeliest_and_has_every_metric(fabricated, made):
    results = made(cells(fabricated), [fabricated.MadeStream(task="classify")])
    (stream,) = results.streams
    best = results.recorded.oracle_outcomes(stream)
    assert metric_named("accuracy").each(best).mean() == pytest.approx(0.9)
    for metric, oracle in (("accuracy", 0.9), ("logloss", -0.9 * np.log(0.9) - 0.1 * np.log(0.3))):
        table = results.attainment(metric).set_index("every")
        assert table["oracle"].to_numpy() == pytest.approx(oracle)
        better = 1 if metric == "accuracy" else -1
        assert better * table.loc["1d", "value"] > better * table.loc["never", "value"]
        gain = table.loc["1d", "value"] - table.loc["never", "value"]
        assert table.loc["1d", "gain_share"] == pytest.approx(gain / (oracle - table.loc["never", "value"]))


def test_classes_without_a_recorded_likeliest_have_no_oracle(fabricated, made, monkeypatch):
    results = made(cells(fabricated), [fabricated.MadeStream(task="classify")])
    (stream,) = results.streams
    events = {name: column for name, column in results.events(stream).items() if name != "oracle_class"}
    monkeypatch.setattr(results.recorded, "events", lambda _: events)
    assert results.recorded.oracle_outcomes(stream) is None


def test_share_of_the_gain_agrees_with_regret(fabricated, made):
    results = made(cells(fabricated), [fabricated.MadeStream(task="click")])
    table = results.attainment().set_index("every")
    assert table.loc["1d", "gain_share"] == pytest.approx(1 - table.loc["1d", "regret"] / table.loc["never", "regret"])


def test_without_an_oracle_the_table_is_empty(fabricated, made):
    table = made(cells(fabricated), [fabricated.MadeStream(task="click", oracle=False)]).attainment()
    assert list(table.columns) == list(COLUMNS)
    assert table.empty
