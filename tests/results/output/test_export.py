import csv
import re

import numpy as np
import pandas as pd
import pytest
from freshmark.errors import UnknownName
from freshmark.results.output.export import FORMS, escape_formula, write_csv, write_latex, write_markdown
from freshmark.results.tables import TABLES, USUAL_TABLES

ODD = pd.DataFrame(
    {"name": ["=1+1", "a|b\nc", r"50% & $x_1$ #{\}~^", None], "value": [0.1 + 0.2, -2.0, float("nan"), 1e-7],
     "count": [1, -2, 3, 4]}
)  # fmt: skip


@pytest.fixture
def small(fabricated, made):
    cells = [fabricated.MadeCell(name, every) for name in ("a()", "b()") for every in ("never", "1d")]
    return made(cells, [fabricated.MadeStream(events=300, windows=6)])


@pytest.mark.parametrize("form", FORMS)
def test_every_usual_table_is_written_in_every_form(small, tmp_path, form):
    paths = small.export(tmp_path / "new" / "tables", form)
    assert [path.stem for path in paths] == list(USUAL_TABLES)
    assert all(path.stat().st_size for path in paths)
    assert {path.suffix for path in paths} == {FORMS[form][0]}


def test_a_table_comes_back_from_parquet_as_it_was(small, tmp_path):
    results = small
    for path in results.export(tmp_path, "parquet"):
        found, table = pd.read_parquet(path), TABLES[path.stem](results)
        assert list(found.columns) == list(table.columns)
        for name in table.columns:
            if pd.api.types.is_numeric_dtype(table[name]):
                np.testing.assert_array_equal(found[name].to_numpy(), table[name].to_numpy())


def test_a_table_comes_back_from_csv_in_full_precision(small, tmp_path):
    (path,) = small.export(tmp_path, "csv", ["ranking"])
    np.testing.assert_array_equal(pd.read_csv(path)["value"], small.ranking()["value"])


def test_rows_of_all_cells_are_concatenated_with_their_names(fabricated, made):
    results = made(
        [fabricated.MadeCell("a()", seed=seed) for seed in (0, 1)] + [fabricated.MadeCell("b()", status="oom")]
    )
    table = TABLES["updates"](results)
    assert list(table.columns[:5]) == ["stream", "strategy", "every", "delay", "seed"]
    assert set(table["seed"]) == {0, 1}
    assert set(table["strategy"]) == {"a()"}
    assert len(TABLES["outcomes"](results)) == 2 * 4000


def test_outcomes_are_written_only_if_named(small, tmp_path):
    assert "outcomes" not in USUAL_TABLES
    (path,) = small.export(tmp_path, "parquet", ["outcomes"])
    assert len(pd.read_parquet(path)) == 4 * 300


def test_a_run_without_cells_has_empty_tables(made, tmp_path):
    for path in made([]).export(tmp_path, "csv"):
        assert len(path.read_text("utf-8").splitlines()) <= 1


@pytest.mark.parametrize(("options", "meant"), [({"format": "cvs"}, "csv"), ({"tables": ["rankin"]}, "ranking")])
def test_an_unknown_form_or_table_is_refused(made, tmp_path, options, meant):
    with pytest.raises(UnknownName, match=f"did you mean '{meant}'"):
        made([]).export(tmp_path, **options)
    assert list(tmp_path.glob("*.csv")) == []


def test_text_in_a_csv_is_not_a_formula_and_numbers_stay_numbers(tmp_path):
    write_csv(ODD, tmp_path / "odd.csv")
    with (tmp_path / "odd.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[1] == ["'=1+1", "0.30000000000000004", "1"]
    assert rows[2] == ["a|b\nc", "-2.0", "-2"]
    assert rows[3][1] == rows[4][0] == ""
    assert escape_formula(-2.0) == -2.0


def test_text_in_a_markdown_table_is_escaped(tmp_path):
    write_markdown(ODD, tmp_path / "odd.md")
    lines = (tmp_path / "odd.md").read_text("utf-8").splitlines()
    assert lines[:2] == ["| name | value | count |", "| --- | ---: | ---: |"]
    assert lines[3] == r"| a\|b c | -2 | -2 |"
    assert len(lines) == 2 + len(ODD)


def test_every_active_character_of_latex_is_escaped(tmp_path):
    write_latex(ODD, tmp_path / "odd.tex")
    text = (tmp_path / "odd.tex").read_text("utf-8")
    assert text.startswith("\\begin{tabular}{lrr}\n\\hline\nname & value & count \\\\\n")
    assert r"50\% \& \$x\_1\$ \#\{\textbackslash{}\}\textasciitilde{}\textasciicircum{}" in text
    assert text.count(r" \\") == 1 + len(ODD)
    body = re.sub(r"\\[%&$#_{}]|\\text\w+\{\}", "", text.split("\\hline")[2])
    assert not re.search(r"[%$#_~^{}]", body)


def test_the_home_folder_is_in_no_file(fabricated, made, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", "/home/someone-private")
    cell = fabricated.MadeCell("boom()", status="failed", reason="in /home/someone-private/x.py")
    results = made([cell, fabricated.MadeCell("a()")])
    for form in ("csv", "markdown", "latex"):
        (path,) = results.export(tmp_path, form, ["cells"])
        assert "someone-private" not in path.read_text("utf-8")
        assert "x.py" in path.read_text("utf-8")
    results.export(tmp_path, "parquet", ["cells"])
    assert "in ~/x.py" in set(pd.read_parquet(tmp_path / "cells.parquet")["reason"])
