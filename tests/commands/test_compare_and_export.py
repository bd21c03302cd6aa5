"""Comparison, export and index, from the command line."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from freshmark.cli import app, main
from freshmark.results.tables import TABLES
from typer.testing import CliRunner


@pytest.fixture(scope="module")
def runs(fabricated, tmp_path_factory):
    """A run, and a later one in which a() lost a third."""
    folder = tmp_path_factory.mktemp("runs")
    cell = fabricated.MadeCell
    fabricated.fabricate(folder / "before", [cell("a()", skill=0.6), cell("b()", skill=0.4)])
    fabricated.fabricate(folder / "after", [cell("a()", skill=0.4), cell("b()", skill=0.4)])
    fabricated.fabricate(folder / "other", [cell("c()")])
    return folder


def call(*words: str | Path):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_regression_ends_with_1_and_stands_first(runs):
    done = call("compare", runs / "before", runs / "after", "--max-drop", "ndcg@10=1%")
    assert done.exit_code == 1
    head, first, *_, path = done.stdout.splitlines()
    assert head.split() == ["state", "stream", "cell", "quantity", "before", "after", "change"]
    assert first.startswith("worse  drift(preset='small')  a() every 1d  NDCG@10")
    assert path == str(runs / "after" / "compare.html")
    assert "1 of 6 numbers regressed beyond the limits" in Path(path).read_text("utf-8")


def test_no_regression_ends_with_0(runs):
    assert (
        call("compare", runs / "before", runs / "before", "--max-drop", "ndcg@10=1%", "--max-p99", "+1%").exit_code == 0
    )
    assert call("compare", runs / "before", runs / "after").exit_code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("before", "other"), "FM124"),
        (("before", "nowhere"), "FM401"),
        (("before", "after", "--max-drop", "ndcg"), "write it like ndcg@10=1%"),
        (("before", "after", "--max-p99", "10"), "write it like +10%"),
        (("before", "after", "--format", "htlm"), "did you mean 'html'"),
    ],
)
def test_what_cannot_be_compared_ends_with_2_which_no_regression_does(runs, capsys, words, message):
    arguments = [str(runs / one) if (runs / one).exists() or one == "nowhere" else one for one in words]
    with pytest.raises(SystemExit) as left:
        main(["compare", *arguments])
    assert left.value.code == 2
    assert message in capsys.readouterr().err


def test_a_comparison_takes_other_forms(runs, tmp_path):
    for form, name in (("markdown", "x.md"), ("csv", "x.csv")):
        done = call("compare", runs / "before", runs / "after", "--format", form, "-o", tmp_path / name)
        assert done.exit_code == 0, done.output
    assert list(pd.read_csv(tmp_path / "x.csv")["state"]) == ["same"] * 6
    assert (tmp_path / "x.md").read_text("utf-8").startswith("# after against before")


def test_tables_are_exported_and_their_paths_printed(runs, tmp_path):
    done = call(
        "export", runs / "before", runs / "after", "--table", "ranking", "--table", "cells", "-o", tmp_path / "t"
    )
    assert done.exit_code == 0, done.output
    assert done.stdout.split() == [str(tmp_path / "t" / "ranking.csv"), str(tmp_path / "t" / "cells.csv")]
    assert len(pd.read_csv(tmp_path / "t" / "ranking.csv")) == 2


def test_without_a_folder_tables_lie_in_the_run(runs):
    done = call("export", runs / "other", "--format", "parquet")
    assert done.exit_code == 0, done.output
    assert (runs / "other" / "tables" / "measurements.parquet").is_file()


def test_an_index_is_written_where_the_runs_are(runs):
    done = call("report", "--index", runs)
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == str(runs / "index.html")
    text = (runs / "index.html").read_text("utf-8")
    assert "3 runs in" in text


def test_an_index_is_of_one_folder(runs, capsys):
    with pytest.raises(SystemExit) as left:
        main(["report", "--index", str(runs), str(runs)])
    assert left.value.code == 2
    assert "error FM100" in capsys.readouterr().err


def test_runs_are_merged_into_one_report(runs, tmp_path):
    done = call("report", runs / "before", runs / "other", "-o", tmp_path / "both.html")
    assert done.exit_code == 0, done.output
    text = (tmp_path / "both.html").read_text("utf-8")
    assert "Run before" in text
    assert "Run other" in text
    assert all(name in text for name in ("a()", "b()", "c()"))


def test_the_help_of_export_names_every_table():
    words = set(call("export", "--help").output.replace(",", " ").replace(";", " ").split())
    assert set(TABLES) <= words


def test_a_comparison_says_what_it_could_not_match(fabricated, tmp_path):
    cell, stream = fabricated.MadeCell, fabricated.MadeStream
    streams = [stream(), stream(name="other")]
    fabricated.fabricate(tmp_path / "one", [cell("a()"), cell("gone()"), cell("a()", stream="other")], streams)
    fabricated.fabricate(tmp_path / "two", [cell("a()"), cell("new()", "1w")])
    done = call("compare", tmp_path / "one", tmp_path / "two")
    assert done.exit_code == 0, done.output
    assert "Only in the earlier run: gone() every 1d." in done.stderr
    assert "Only in the later run: new() every 1w." in done.stderr
    assert "other: Not compared: it is only in the earlier run." in done.stderr
    assert "other: Not compared" in (tmp_path / "two" / "compare.html").read_text("utf-8")


def test_a_comparison_is_by_the_metric_that_is_named(runs):
    done = call("compare", runs / "before", runs / "after", "--metric", "mrr")
    quantities = {line.split("every 1d")[1].split("  ")[1] for line in done.stdout.splitlines()[1:-1]}
    assert quantities == {"MRR", "answer p99", "CPU s / M events"}


def test_costs_are_compared_at_the_speed_of_the_earlier_machine(fabricated, tmp_path):
    def kernel(seconds):
        return {
            "kernel_before_seconds": seconds,
            "kernel_after_seconds": seconds,
            "steal_share": 0.0,
            "other_cores": 0.0,
        }

    fast, slow = (fabricated.MadeCell("a()", summary=kernel(seconds)) for seconds in (0.01, 0.02))
    fabricated.fabricate(tmp_path / "one", [fast])
    fabricated.fabricate(tmp_path / "two", [slow])
    call("compare", tmp_path / "one", tmp_path / "two", "--format", "csv", "-o", tmp_path / "x.csv")
    (row,) = pd.read_csv(tmp_path / "x.csv").query("quantity == 'CPU s / M events'").to_dict("records")
    assert row["after"] == pytest.approx(row["before"] / 2)
    assert row["state"] == "better"
