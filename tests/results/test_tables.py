import html

import numpy as np
import pandas as pd
import pytest
from freshmark import Metric, Results
from freshmark.errors import StoreError, UnknownName, UsageError
from freshmark.results.stored.recorded import Recorded


def test_results_open_by_their_folder(fabricated, tmp_path):
    results = Results.open(fabricated.fabricate(tmp_path / "run"))
    assert len(results.cells) == 12
    assert list(results.streams) == ["drift(preset='small')"]
    assert results.provenance["python"] == "3.11.7"
    assert repr(results) == "<Results: 12 cells on 1 streams; 12 ok>"


def test_a_cell_reports_its_state(fabricated, made):
    results = made([fabricated.MadeCell("boom()", status="timeout", reason="60 s", log_tail="deep in a loop")])
    cell = results.cells.iloc[0]
    assert (cell["task"], cell["status"], cell["reason"], cell["log_tail"]) == (
        "rank", "timeout", "60 s", "deep in a loop",
    )  # fmt: skip


def test_cells_carry_their_summary(made):
    cells = made().cells
    assert (cells["start_rss_bytes"] == 1.5e8).all()
    assert cells["fit_seconds"].dtype == np.float64


def test_a_run_without_cells_has_empty_tables(made):
    results = made([])
    assert len(results.cells) == 0
    assert len(results.measurements) == 0
    assert len(results.ranking()) == 0
    assert results.verdicts()[0].sentence == "No verdict: nothing was measured."


def test_missing_texts_are_empty(fabricated, made):
    results = made([fabricated.MadeCell(reason=None, code=None, log_tail="")])
    assert results.cells.iloc[0]["reason"] == ""


def test_a_notebook_shows_the_verdict_and_the_head_of_the_ranking(fabricated, made):
    results = made([fabricated.MadeCell(f"s{place}()", skill=place / 20) for place in range(12)])
    shown = results._repr_html_()
    assert html.escape(results.verdicts()[0].sentence) in shown
    assert shown.count("<tr>") == 1 + 10
    assert shown.index("s11()") < shown.index("s2()")
    assert "2 more rows" in shown


def test_a_notebook_shows_the_alerts(fabricated, made):
    results = made([fabricated.MadeCell("a()"), fabricated.MadeCell("b()", status="failed", reason="<i>no</i>")])
    shown = results._repr_html_()
    assert results.alerts()
    for alert in results.alerts():
        assert f"<li>{alert.level}: {html.escape(alert.text)}</li>" in shown


def test_names_are_escaped_in_a_notebook(fabricated, made):
    shown = made([fabricated.MadeCell("<img src=x>"), fabricated.MadeCell("b()", status="failed")])._repr_html_()
    assert "&lt;img src=x&gt;" in shown
    assert "<img" not in shown
    assert "<td>failed</td>" in shown


def test_several_runs_are_one_table(fabricated, tmp_path):
    one = fabricated.fabricate(tmp_path / "one", [fabricated.MadeCell("a()")])
    two = fabricated.fabricate(tmp_path / "two", [fabricated.MadeCell("b()")])
    results = Results.open(one, two, metrics={})
    assert list(results.cells["strategy"]) == ["a()", "b()"]
    assert set(results.ranking()["strategy"]) == {"a()", "b()"}


def test_a_cell_in_two_runs_is_taken_once_where_it_succeeded(fabricated, tmp_path):
    one = fabricated.fabricate(tmp_path / "one", [fabricated.MadeCell("a()", status="oom")])
    two = fabricated.fabricate(tmp_path / "two", [fabricated.MadeCell("a()")])
    for folders in ((one, two), (two, one)):
        assert list(Results.open(*folders).cells["status"]) == ["ok"]


def test_two_streams_of_one_name_are_not_mixed(fabricated, tmp_path):
    one = fabricated.fabricate(tmp_path / "one")
    two = fabricated.fabricate(tmp_path / "two", streams=[fabricated.MadeStream(settings={"window": "1d"})])
    with pytest.raises(StoreError) as caught:
        Results.open(one, two)
    assert caught.value.code == "FM406"


def test_outcomes_fit_their_events(made):
    results = made()
    key = results.cells.iloc[0]["key"]
    outcomes = results.outcomes(key)
    assert outcomes.rank.shape == (4000,)
    assert outcomes.candidates.shape == (4000,)
    assert results.table(key, "windows")["begin"][0] == results.streams["drift(preset='small')"].edges[0]


@pytest.mark.parametrize("task", ["click", "rate", "classify"])
def test_outcomes_of_every_task_have_labels(fabricated, made, task):
    results = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(task=task)])
    outcomes = results.outcomes(results.cells.iloc[0]["key"])
    assert outcomes.task == task
    assert outcomes.label.shape == outcomes.prediction.shape == (4000,)


def test_an_unknown_key_is_refused(made):
    with pytest.raises(UnknownName, match="no cell"):
        made().table("0" * 16, "outcomes")


def test_outcomes_are_read_once_for_all_metrics_of_a_cell(made, monkeypatch):
    results = made()
    read = []
    original = Recorded.outcomes

    def noted(self, key):
        read.append(key)
        return original(self, key)

    monkeypatch.setattr(Recorded, "outcomes", noted)
    key = results.cells.iloc[0]["key"]
    results.measured(key, ["ndcg@10", "hr@10"])
    results.measured(key, ["hr@10"])
    assert read == [key]
    results.measured(key, ["hr@25"])
    assert read == [key, key]


def test_k_beyond_the_recorded_depth_is_refused(made):
    results = made()
    assert results.metric_for("drift(preset='small')", "ndcg@100") == "ndcg@100"
    with pytest.raises(UsageError, match="longer lists") as caught:
        results.ranking("ndcg@101")
    assert "at most 100" in caught.value.remedy


def test_a_metric_of_another_task_has_an_empty_ranking(made):
    assert len(made().ranking("rmse")) == 0


def test_a_misspelt_metric_is_refused(made):
    with pytest.raises(UnknownName, match="ndcg@10"):
        made().ranking("ndgc@10")


def test_a_plugins_metric_ranks(fabricated, tmp_path):
    top = Metric("top", frozenset({"rank"}), "higher", each=lambda outcomes: outcomes.rank <= 1)
    results = Results.open(fabricated.fabricate(tmp_path / "run"), metrics={"top": top})
    assert "top" in set(results.measurements["metric"])
    assert results.ranking("top")["value"].iloc[0] > 0


def test_a_returned_table_is_a_copy(made):
    results = made()
    table = results.ranking()
    table["value"] = 0.0
    assert results.ranking()["value"].iloc[0] > 0


def test_the_report_is_written_by_its_form(made, tmp_path):
    seen: dict[str, object] = {}

    def write(results, path, sections):
        seen.update(sections=sections, cells=len(results.cells))
        path.write_text("drawn")

    path = made().report(tmp_path / "r.txt", "mine", writers={"mine": write}, sections={"list": "builtins:list"})
    assert path.read_text() == "drawn"
    assert seen == {"sections": {"list": list}, "cells": 12}


def test_an_unknown_form_of_report_is_refused(made, tmp_path):
    with pytest.raises(UnknownName, match="did you mean 'html'"):
        made().report(tmp_path / "r", "htm")


def test_measurements_are_tidy(made):
    table = made().measurements
    assert isinstance(table, pd.DataFrame)
    assert list(table.columns) == [
        "stream", "task", "strategy", "every", "delay", "seed", "window", "time", "segment", "metric", "value", "n",
    ]  # fmt: skip


def test_a_plugins_metric_that_fails_in_one_cell_has_values_in_the_others(fabricated, tmp_path):
    def best(outcomes):
        if np.log(outcomes.rank).clip(max=9).mean() > worst:
            raise ValueError("too bad")
        return outcomes.rank == 1

    cells = [
        fabricated.MadeCell(name, skill=skill, seed=seed)
        for name, skill in (("a()", 0.6), ("b()", 0.1))
        for seed in (0, 1)
    ]
    mine = Metric("mine", frozenset({"rank"}), "higher", each=best)
    results = Results.open(fabricated.fabricate(tmp_path / "run", cells), metrics={"mine": mine})
    ranks = [np.log(results.outcomes(key).rank).clip(max=9).mean() for key in results.cells["key"]]
    worst = sorted(ranks)[-2]
    ranking = results.ranking("mine").set_index("strategy")["value"].astype(float)
    assert np.isfinite(ranking["a()"])
    assert np.isnan(ranking["b()"])
    (fault,) = results.faults
    assert "too bad" in str(fault)
    chosen = results.ranked_by("mine")
    assert set(chosen.ranking()["metric"]) == {"ndcg@10"}
    assert any("mine failed on this stream: NDCG@10 decides instead." in alert.text for alert in chosen.alerts())
