"""Runs in which everything is equal, hardly anything happened, or a number is not defined: told as what they are."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from freshmark.contract.metric import Metric, Outcomes
from freshmark.results.metrics.influence import influence_of
from freshmark.results.metrics.measured import measure
from freshmark.results.metrics.named import Metrics
from freshmark.results.metrics.segments import Division
from freshmark.results.output.export import FORMS
from freshmark.results.statistics.letters import letters_of
from freshmark.results.tables import TABLES
from hypothesis import given
from hypothesis import strategies as st

metric_named = Metrics().named


@pytest.fixture
def alike(fabricated, made):
    """Two strategies at three schedules, none of which ever hits."""
    return made([fabricated.MadeCell(f"{name}()", every, 0.0) for name in "ab" for every in ("never", "1d", "1h")])


def test_rows_that_never_differ_are_a_tie_and_no_lack_of_windows(alike):
    (verdict,) = alike.verdicts()
    assert verdict.settled
    assert verdict.sentence.startswith("Do not update")
    assert verdict.chosen is not None
    assert verdict.chosen[1] == "never"


def test_a_schedule_without_effect_does_not_prevent_a_verdict(fabricated, made):
    cells = [fabricated.MadeCell("a()", every, 0.0) for every in ("never", "1d")]
    assert made(cells).verdicts()[0].sentence == "Do not update a()."


def test_a_curve_of_zeros_is_flat_from_never_on(alike):
    curves = alike.curves()
    assert curves["flat"].all()
    assert curves[curves["knee"]]["every"].tolist() == ["never", "never"]
    assert (curves["difference"] == 0).all()


def test_equal_rows_have_a_ratio_of_one_even_at_zero(alike):
    ranking = alike.ranking()
    assert ranking["ratio"].tolist() == [1.0] * 6
    assert not ranking["distinguishable"].any()
    assert set(ranking["letters"]) == {"a"}


SMALL = {
    "one event": {"events": 1, "windows": 1, "users": 1, "items": 12},
    "one window": {"events": 40, "windows": 1},
    "two windows": {"events": 40, "windows": 2},
    "windows without events": {"events": 5, "windows": 24},
    "one user": {"events": 60, "windows": 6, "users": 1},
}


@pytest.mark.parametrize("task", ["rank", "click", "rate", "classify"])
@pytest.mark.parametrize("size", SMALL)
def test_every_table_of_a_tiny_run_can_be_built(fabricated, made, size, task):
    stream = fabricated.MadeStream(task=task, **SMALL[size])
    cells = [fabricated.MadeCell("a()", every, 0.4, seed=seed) for every in ("never", "1d") for seed in (0, 1)]
    results = made(cells, [stream])
    for name, table in TABLES.items():
        assert len(table(results).columns), name
    assert results.verdicts()[0].sentence
    assert results.alerts()
    assert np.isfinite(results.ranking()["value"].astype(float)).all()


def test_names_of_every_script_stand_in_every_table_and_form(fabricated, made, tmp_path):
    names = ["模型(名='é')", "ü_😀()", "نموذج()", "a\u202eb()", "x" * 300 + "()"]
    results = made([fabricated.MadeCell(name) for name in names], [fabricated.MadeStream(name="поток № 1")])
    assert set(results.ranking()["strategy"]) == set(names)
    for form, (ending, _) in FORMS.items():
        folder = results.export(tmp_path / form, form, tables=["ranking"])
        assert folder
        assert (tmp_path / form / f"ranking{ending}").stat().st_size


def click(prediction, label):
    return Outcomes("click", prediction=np.asarray(prediction, float), label=np.asarray(label, float))


def influence(metric, outcomes, window, windows):
    window = np.asarray(window)
    user = np.arange(len(window)) % 3
    division, outcomes = Division(window, windows), replace(outcomes, user=user)
    measured = measure(metric, outcomes, division)
    return measured, influence_of(metric, outcomes, measured, division)


def test_a_window_in_which_a_metric_is_not_defined_has_no_share_in_its_spread():
    prediction = [0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6]
    label = [0, 1, 0, 1, 0, 1, 0, 1]
    window = [0, 0, 0, 0, 1, 1, 1, 1]
    _, without = influence(metric_named("auc"), click(prediction, label), window, 2)
    clicks_alone = click([*prediction, 0.5, 0.5], [*label, 1, 1])
    measured, beside = influence(metric_named("auc"), clicks_alone, [*window, 2, 2], 3)
    assert np.isnan(measured.value[0, 2])
    assert beside[2].tolist() == [0.0]
    assert beside[:2].tolist() == without.tolist()


def test_where_a_metric_is_defined_in_no_window_nothing_has_a_share():
    _, found = influence(metric_named("auc"), click([0.1, 0.9], [1, 1]), [0, 1], 2)
    assert found.tolist() == [[0.0], [0.0]]


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.floats(0, 1)), min_size=2, max_size=40))
def test_shares_in_the_error_of_a_metric_that_is_not_a_mean_add_up_to_nothing(rows):
    window, label, prediction = (np.array(column) for column in zip(*rows, strict=True))
    order = np.argsort(window, kind="stable")
    for name in ("auc", "f1", "calibration_error"):
        _, found = influence(metric_named(name), click(prediction[order], label[order]), window[order], 5)
        assert np.isfinite(found).all()
        assert abs(found.sum()) < 1e-9


def test_a_metric_of_a_plugin_that_is_defined_nowhere_gives_no_number_and_no_warning(fabricated, made):
    nowhere = Metric("nowhere", frozenset({"rank"}), "higher", whole=lambda _: float("nan"))
    results = made([fabricated.MadeCell("a()"), fabricated.MadeCell("b()")])
    results.recorded._metrics = Metrics.besides_built_in({"nowhere": nowhere})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ranking = results.ranking("nowhere")
    assert ranking["value"].isna().all()


def test_twenty_pairs_that_each_differ_alone_have_no_letters():
    apart = np.zeros((40, 40), bool)
    for one in range(0, 40, 2):
        apart[one, one + 1] = apart[one + 1, one] = True
    assert letters_of(apart) == [""] * 40


def test_numbers_that_are_not_finite_are_no_json_that_a_browser_would_refuse(fabricated, made, tmp_path):
    cells = [fabricated.MadeCell("a()", every, 0.0) for every in ("never", "1d")]
    page = made(cells).report(tmp_path / "page.html").read_text("utf-8")
    for block in page.split('<script type="application/json"')[1:]:
        text = block.partition(">")[2].partition("</script>")[0]
        json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
