"""Rows are compared at the CPU time that they took, tuning included."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from freshmark import Chart, Results
from freshmark_reports.sections import equal_cost
from matplotlib.figure import Figure

from tests.results.fabricated import fabricate, usual_cells

TUNINGS = """
CREATE TABLE tunings(
    key TEXT PRIMARY KEY, stream TEXT, strategy TEXT, every TEXT, delay TEXT, chosen TEXT, metric TEXT, trials INTEGER,
    pruned INTEGER, failed INTEGER, cpu_seconds REAL, default_value REAL, value REAL, updates INTEGER, begin INTEGER
);
CREATE TABLE trials(
    key TEXT, number INTEGER, stream TEXT, strategy TEXT, every TEXT, delay TEXT, expression TEXT, "values" TEXT,
    state TEXT, reason TEXT, metric TEXT, value REAL, windows TEXT, cpu_seconds REAL, seconds REAL, updates INTEGER,
    begin INTEGER, PRIMARY KEY(key, number)
);
"""
STREAM = "drift(preset='small')"
RETRAIN = ("k1", STREAM, "retrain(mf())", "1d", "0s", "retrain(mf())", "ndcg@10", 20, 9, 1, 50.0, 0.2, 0.3, 2, 7)
TRIAL = ("k1", 0, STREAM, "retrain(mf())", "1d", "0s", "retrain(mf())", "{}", "ok", "", "ndcg@10", 0.2, "[0.2]", 2.5,
         3.0, 2, 7)  # fmt: skip


@pytest.fixture(scope="module")
def tuned(tmp_path_factory):
    folder = fabricate(tmp_path_factory.mktemp("tuned") / "run", usual_cells())
    with closing(sqlite3.connect(folder / "run.sqlite")) as database, database:
        database.executescript(TUNINGS)
        database.execute(f"INSERT INTO tunings VALUES({', '.join('?' * len(RETRAIN))})", RETRAIN)
        database.execute(f"INSERT INTO trials VALUES({', '.join('?' * len(TRIAL))})", TRIAL)
    return Results.open(folder)


def test_the_tables_of_a_tuned_run_have_its_tunings_and_trials(tuned):
    (tuning,) = tuned.tunings.itertuples()
    assert (tuning.strategy, tuning.trials, tuning.tuning_cpu_seconds) == ("retrain(mf())", 20, 50.0)
    (trial,) = tuned.trials.itertuples()
    assert (trial.number, trial.state, trial.cpu_seconds) == (0, "ok", 2.5)


def test_the_cost_of_tuning_stands_beside_the_cost_of_the_row_and_not_in_it(tuned, tmp_path):
    untuned = Results.open(fabricate(tmp_path / "run", usual_cells())).ranking()
    table = tuned.ranking()
    assert table["tuning_cpu_seconds"].sum() == 50.0
    assert table["tuning_trials"].sum() == 20
    assert table["cpu_seconds_per_million"].tolist() == untuned["cpu_seconds_per_million"].tolist()
    assert untuned["tuning_cpu_seconds"].isna().all()
    assert untuned["tuning_trials"].sum() == 0


def test_the_front_is_that_of_total_cost(tuned):
    (chart,) = (part for part in equal_cost.section(tuned)[0].parts if isinstance(part, Chart))
    table: Any = chart.table
    heads = [column.name for column in table.columns]
    rows = [dict(zip(heads, row, strict=True)) for row in table.rows]
    for row in rows:
        tuning = 50.0 if row["Tuned"] else 0.0
        assert row["Total CPU s"] == pytest.approx(row["Own CPU s"] + tuning)
        beaten = any(
            other["Total CPU s"] <= row["Total CPU s"] and other["NDCG@10"].value > row["NDCG@10"].value
            for other in rows
        )
        assert (row["Best for its cost"] == "yes") == (not beaten)
    assert [row["Tuned"] for row in rows if row["Tuned"]] == ["20 trials, 50.0 CPU s"]


def test_the_chart_can_be_drawn(tuned):
    (chart,) = (part for part in equal_cost.section(tuned)[0].parts if isinstance(part, Chart))
    figure = Figure()
    chart.draw(figure)
    assert len(figure.axes) == 1


def test_a_run_that_was_not_tuned_has_no_such_section(tmp_path):
    assert equal_cost.section(Results.open(fabricate(tmp_path / "run", usual_cells()))) == []
