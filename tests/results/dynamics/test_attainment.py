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
def test_regret_is_what_a_value_lacks_of_the_oracles_whichever_way_is_better(fabricated, made, task):
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


def test_of_nothing_that_could_be_gained_there_is_no_share(fabricated, made):
    """An oracle that was unlucky: who is better than it would have a share below nought."""
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


def test_the_oracle_of_classes_calls_the_likeliest_and_is_judged_by_each_metric(fabricated, made):
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


def test_of_classes_whose_likeliest_was_not_recorded_no_oracle_is_known(fabricated, made, monkeypatch):
    results = made(cells(fabricated), [fabricated.MadeStream(task="classify")])
    (stream,) = results.streams
    events = {name: column for name, column in results.events(stream).items() if name != "oracle_class"}
    monkeypatch.setattr(results.recorded, "events", lambda _: events)
    assert results.recorded.oracle_outcomes(stream) is None


def test_share_of_the_gain_and_regret_say_the_same_twice(fabricated, made):
    results = made(cells(fabricated), [fabricated.MadeStream(task="click")])
    table = results.attainment().set_index("every")
    assert table.loc["1d", "gain_share"] == pytest.approx(1 - table.loc["1d", "regret"] / table.loc["never", "regret"])


def test_where_nobody_knows_an_oracle_there_are_columns_and_no_rows(fabricated, made):
    table = made(cells(fabricated), [fabricated.MadeStream(task="click", oracle=False)]).attainment()
    assert list(table.columns) == list(COLUMNS)
    assert table.empty
