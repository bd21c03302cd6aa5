import csv

import numpy as np
import pandas as pd
import pytest
from freshmark.results.output.export import escape_formula, write_csv
from freshmark_reports.csv import write
from hypothesis import given
from hypothesis import strategies as st


def test_the_ranking_comes_back_as_it_was(usual, tmp_path):
    write(usual, tmp_path / "ranking.csv", {})
    found = pd.read_csv(tmp_path / "ranking.csv")
    table = usual.ranking()
    assert list(found.columns) == list(table.columns)
    assert found["value"].to_numpy() == pytest.approx(table["value"].to_numpy(float), nan_ok=True, rel=0, abs=0)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_text_is_a_formula(text):
    assert escape_formula(text) == f"'{text}"


@pytest.mark.parametrize("entry", [-1.5, 3, "a=1", "retrain(mf())", True])
def test_what_is_no_formula_stays(entry):
    assert escape_formula(entry) == entry


def test_what_is_not_there_is_empty():
    assert escape_formula(None) == ""
    assert escape_formula(float("nan")) == ""
    assert escape_formula(np.float64("nan")) == ""


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=5))
def test_any_text_survives_the_file(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    write_csv(pd.DataFrame({"name": texts}), path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row[0] if row else "" for row in csv.reader(file)]
    assert rows == ["name", *(escape_formula(text) for text in texts)]


def test_hostile_names_are_guarded(hostile, tmp_path):
    write(hostile, tmp_path / "ranking.csv", {})
    found = pd.read_csv(tmp_path / "ranking.csv", keep_default_na=False)
    assert "'=cmd|'/c calc'!A1" in set(found["strategy"])
