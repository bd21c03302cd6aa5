"""docs/streams.md is executed: its commands on logs of mine, its plugin on a file of mine; its table names all."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from freshmark.cli import main
from freshmark.runs.catalogue.registry import load
from freshmark_datasets import register_datasets
from freshmark_datasets.published.entries import ENTRIES

PAGE = (Path(__file__).parents[2] / "docs" / "streams.md").read_text("utf-8")
FIRST, SECOND = (block for block in re.findall(r"^```\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
SIMULATED = {"drift", "clicks"}
OWN = {"file", "folder", "sql", "huggingface"}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with the logs that the page names."""
    monkeypatch.chdir(tmp_path)
    rows = [(number % 5, number % 3, 1_704_067_200 + number) for number in range(20)]
    Path("log.csv").write_text("customer,sku,when\n" + "".join(f"{u},{i},{t}\n" for u, i, t in rows))
    Path("ads.tsv").write_text("".join(f"{number % 2}\t{number}\t1.5\tred\n" for number in range(20)))
    Path("export").mkdir()
    table = pd.DataFrame(rows, columns=["user", "item", "time"])
    table.assign(event="purchase").to_parquet("export/part-0.parquet")
    lines = "".join(f"{json.dumps({'user': u, 'item': i, 'time': t * 1000})}\n" for u, i, t in rows)
    Path("part-0.jsonl").write_text(lines)
    with tarfile.open("log.tar.gz", "w:gz") as archive:
        archive.add("part-0.jsonl")
    connection = sqlite3.connect("shop.db")
    connection.execute("create table sales (buyer, sku, at)")
    connection.executemany("insert into sales values (?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return tmp_path


@pytest.mark.parametrize("line", FIRST.splitlines())
def test_every_command_of_the_page_works_on_a_log_of_mine(request, place, capsys, line):
    if "huggingface" in line:
        request.getfixturevalue("hub_library")
    if "sql(" in line:
        pytest.importorskip("sqlalchemy")
    with pytest.raises(SystemExit) as left:
        main(shlex.split(line)[1:])
    shown = capsys.readouterr()
    assert left.value.code == 0, shown.err
    assert "events" in shown.out


@pytest.mark.parametrize("line", SECOND.splitlines())
def test_every_published_stream_that_the_page_asks_for_is_one(line):
    expression = next(word for word in shlex.split(line) if "(" in word)
    assert load().canonical("streams", expression)


def test_the_table_has_a_row_for_every_published_stream_and_no_other():
    rows = re.findall(
        r"^\| `([\w-]+)` \|.*\|$", PAGE.partition("<!-- entries -->")[2].partition("<!-- end")[0], re.MULTILINE
    )
    assert set(rows) == set(ENTRIES)
    assert set(register_datasets()) >= set(rows) | SIMULATED | OWN


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.name)
def test_a_row_says_whether_it_may_be_passed_on_and_what_was_checked(entry):
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{entry.name}` |"))
    cells = [cell.strip() for cell in row.strip("|").split(" | ")]
    assert cells[2] == entry.options.task
    assert cells[6].partition(",")[0] == {True: "yes", False: "no", None: "not stated"}[entry.licence.may_pass_on]
    assert cells[7].startswith(entry.checked)
    assert len(cells) == 8


def test_the_plugin_of_the_page_reads_a_file_of_mine(tmp_path, capsys):
    (block,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "mine.py").write_text(block)
    with zipfile.ZipFile(tmp_path / "copy.zip", "w") as archive:
        archive.writestr(
            "tickets/a.csv",
            "opened_by,topic,opened_at\nann,printer,2024-01-02T10:00:00\nbob,mail,2024-01-02T11:00:00\n",
        )
    expression = f"tickets(path='{tmp_path / 'copy.zip'}')"
    with pytest.raises(SystemExit) as left:
        main(["data", "describe", expression, "--plugin", str(tmp_path / "mine.py")])
    shown = capsys.readouterr()
    assert left.value.code == 0, shown.err
    assert "2 events where 81,204 are stated" in shown.out
    with pytest.raises(SystemExit):
        main(["show", "tickets", "--plugin", str(tmp_path / "mine.py")])
    assert "Times are local." in capsys.readouterr().out
