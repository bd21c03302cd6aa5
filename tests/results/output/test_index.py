import json
import sqlite3

import pandas as pd
import pytest
from freshmark import Results, Section, Table
from freshmark.contract.section import Link
from freshmark.errors import StoreError, UnknownName
from freshmark.results.output.document import Document
from freshmark.results.output.index import index_of


def opened(folder):
    return Results.open(folder, metrics={})


@pytest.fixture
def runs(fabricated, tmp_path):
    """Three runs below one folder: the second is the newest and has a report."""
    cell = fabricated.MadeCell
    fabricated.fabricate(tmp_path / "one", [cell("a()")])
    fabricated.fabricate(
        tmp_path / "deep" / "two two", [cell("a()", seed=1), cell("b()", status="oom"), cell("b()", "1h")]
    )
    fabricated.fabricate(tmp_path / "three", [])
    (tmp_path / "deep" / "two two" / "report.html").write_text("x")
    database = sqlite3.connect(tmp_path / "deep" / "two two" / "run.sqlite")
    database.execute("UPDATE cells SET started = started + 86400")
    database.execute("UPDATE provenance SET value = ? WHERE name = 'command'", (json.dumps("freshmark run"),))
    database.commit()
    database.close()
    return tmp_path


def test_runs_are_listed_newest_first(runs):
    table = index_of(runs, opened).table
    assert list(table["run"]) == ["deep/two two", "one", "three"]
    first = table.iloc[0]
    assert tuple(first[["strategies", "schedules", "seeds", "cells", "failed"]]) == (2, 2, 2, 3, 1)
    assert first["command"] == "freshmark run"
    assert first["started"] == "2023-11-15 22:13"
    assert table["started"].iloc[2] == ""


def test_a_run_links_to_its_report(runs):
    (table,) = (part for part in index_of(runs, opened).sections[0].parts if isinstance(part, Table))
    rows = table.rows
    assert rows[0][0] == Link("deep/two two", "deep/two%20two/report.html")
    assert rows[1][0] == "one"


def test_the_verdict_of_each_run_is_listed_with_its_metric_and_winner(fabricated, runs):
    fabricated.fabricate(runs / "four", [fabricated.MadeCell("a()", skill=0.9), fabricated.MadeCell("b()", skill=0.1)])
    table = index_of(runs, opened).table.set_index("run")
    (verdict,) = opened(runs / "four").verdicts()
    assert tuple(table.loc["four", ["verdict", "metric", "winner"]]) == (verdict.sentence, "NDCG@10", "a() every 1d")
    assert tuple(table.loc["three", ["metric", "winner"]]) == ("", "")


def test_of_several_streams_each_verdict_names_its_own(fabricated, tmp_path):
    streams = [fabricated.MadeStream("one"), fabricated.MadeStream("two")]
    cells = [fabricated.MadeCell(name, stream=stream.name) for stream in streams for name in ("a()", "b()")]
    fabricated.fabricate(tmp_path / "run", cells, streams)
    (verdict,) = index_of(tmp_path, opened).table["verdict"]
    assert verdict == " ".join(f"{one.stream}: {one.sentence}" for one in opened(tmp_path / "run").verdicts())


def test_a_run_that_cannot_be_judged_is_listed_all_the_same(runs):
    for file in runs.glob("**/*.parquet"):
        file.unlink()
    table = index_of(runs, opened).table
    assert len(table) == 3
    assert table["verdict"].str.startswith("cannot be judged").all()


def test_a_run_folder_itself_is_an_index_of_one(fabricated, tmp_path):
    found = index_of(fabricated.fabricate(tmp_path / "run"), opened)
    assert found.heading == "1 run in run"
    assert list(found.table["run"]) == ["run"]


def test_a_folder_without_runs_is_refused(tmp_path):
    with pytest.raises(StoreError) as caught:
        index_of(tmp_path, opened)
    assert caught.value.code == "FM401"


def test_a_document_is_written_by_the_writer_of_its_form(runs, tmp_path):
    taken = []
    document = index_of(runs, opened)
    path = document.write(tmp_path / "x", "mine", {"mine": lambda *arguments: taken.append(arguments)})
    ((written, where, sections),) = taken
    assert (written, where) == (document, path)
    assert [function(document) for function in sections.values()] == list(document.sections)
    assert all(isinstance(section, Section) for section in document.sections)


def test_an_unknown_form_is_refused(tmp_path):
    document = Document("x", [], pd.DataFrame())
    with pytest.raises(UnknownName, match="form of report"):
        document.write(tmp_path / "x", "pdf", {})
    assert (document.verdicts(), document.alerts(), dict(document.streams)) == ([], [], {})
