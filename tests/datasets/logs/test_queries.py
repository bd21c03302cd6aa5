"""sql(): the rows of a query; SQLite always, DuckDB where it is installed."""

from __future__ import annotations

import datetime as dt
import sqlite3
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from freshmark.contract.stream import Source, Stream
from freshmark.errors import DataError, UnknownName
from freshmark_datasets.logs import sql as module
from freshmark_datasets.logs.file import file
from freshmark_datasets.logs.sql import sql
from freshmark_datasets.readers.column_batches import ColumnBatches

pytest.importorskip("sqlalchemy")

ROWS = [(f"u{number % 7}", number % 5, 1_400_000_000 + number // 2, number % 2, number / 4) for number in range(50)]
COLUMNS = {"user": "u", "item": "i", "time": "t"}


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.db"
    connection = sqlite3.connect(path)
    connection.execute("create table log (u text, i integer, t integer, click integer, price real)")
    connection.executemany("insert into log values (?, ?, ?, ?, ?)", ROWS)
    connection.commit()
    connection.close()
    return path


def asked(path: Path, query: str = "select * from log", **told: Any) -> Stream:
    stream = sql(f"sqlite:///{path}", query, **(COLUMNS | told))
    assert isinstance(stream, Stream)
    return stream


def test_the_rows_of_a_query_are_the_stream_of_the_same_rows_in_a_file(tmp_path, log):
    (tmp_path / "log.csv").write_text("u,i,t,click,price\n" + "".join(f"{','.join(map(str, row))}\n" for row in ROWS))
    told: dict[str, Any] = {"label": "click", "task": "click", "numbers": "price"}
    assert asked(log, **told).fingerprint == file(tmp_path / "log.csv", **COLUMNS, **told).load().fingerprint  # type: ignore[arg-type]


def test_rows_come_a_batch_at_a_time(log, monkeypatch):
    whole = asked(log).fingerprint
    monkeypatch.setattr(module, "BATCH", 7)
    assert asked(log).fingerprint == whole


def test_the_query_decides_and_its_order_breaks_ties(log):
    last = asked(log, "select * from log order by t, price desc")
    first = asked(log, "select * from log order by t, price")
    assert last.fingerprint != first.fingerprint
    assert len(asked(log, "select u, i, t from log where click = 1 and u like 'u%'")) == 25
    assert asked(log).about["query"] == "select * from log"


def test_times_may_be_text_of_sqlite(log):
    stream = asked(log, "select u, i, datetime(t, 'unixepoch') as t from log")
    assert stream.time.tolist() == asked(log).time.tolist()


def test_a_database_is_asked_anew_unless_a_moment_is_named(log):
    kept = sql(f"sqlite:///{log}", "select * from log", as_of="monday", **COLUMNS)
    other = sql(f"sqlite:///{log}", "select * from log", as_of="tuesday", **COLUMNS)
    assert isinstance(kept, Source)
    assert isinstance(other, Source)
    assert kept.key != other.key
    assert kept.load().fingerprint == asked(log).fingerprint


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("selec * from log", "syntax error"),
        ("select * from elsewhere", "no such table"),
        ("delete from log", "readonly"),
        ("drop table log", "readonly"),
        ("select 1; select 2", "one statement"),
        ("", "returns no rows"),
        ("create table if not exists log (a)", "returns no rows"),
    ],
)
def test_a_query_that_is_none_is_refused_and_changes_nothing(log, query, words):
    before = log.read_bytes()
    with pytest.raises(DataError, match=words) as caught:
        asked(log, query)
    assert (caught.value.code, caught.value.exit_code) == ("FM225", 3)
    assert log.read_bytes() == before


def test_no_empty_database_is_made_where_there_is_none(tmp_path):
    with pytest.raises(DataError, match="no such database"):
        asked(tmp_path / "none.db")
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_database_is_an_error_of_the_data(tmp_path):
    (tmp_path / "x.db").write_text("user,item,time\n" * 100)
    with pytest.raises(DataError, match="not a database"):
        asked(tmp_path / "x.db")


def test_a_bad_row_is_named_by_its_number_in_the_answer(log):
    query = "select case when rowid = 9 then null else u end as u, i, t from log order by rowid"
    with pytest.raises(DataError, match="the user is empty") as caught:
        asked(log, query)
    assert caught.value.where == f"sqlite:///{log}:9"
    assert len(asked(log, query, skip_bad=True)) == 49
    with pytest.raises(DataError, match="no events"):
        asked(log, "select * from log where 0")


def test_a_column_that_there_is_not_is_refused_with_those_there_are(log):
    with pytest.raises(DataError, match="no column 'w'") as caught:
        asked(log, user="w")
    assert caught.value.remedy == "there are u, i, t, click, price"
    with pytest.raises(UnknownName, match="no option of a log"):
        asked(log, usr="u")


def test_a_password_is_shown_to_nobody():
    with pytest.raises(DataError) as caught:
        sql("postgresql+psycopg2://ann:hunter2@127.0.0.1:9/log", "select 1")
    assert "hunter2" not in str(caught.value)
    assert "ann:***@127.0.0.1" in caught.value.where


@pytest.mark.parametrize("url", ["", "rubbish", "foo://x", "sqlite:///\0"])
def test_a_url_that_is_none_is_refused(url):
    with pytest.raises(DataError) as caught:
        sql(url, "select 1")
    assert caught.value.exit_code == 3


def test_without_sqlalchemy_the_error_names_the_extra(monkeypatch, log):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(DataError, match="sqlalchemy is not installed") as caught:
        asked(log)
    assert (caught.value.code, caught.value.remedy) == ("FM224", "pip install 'freshmark[sql]'")


def test_values_of_every_type_that_drivers_give_become_columns():
    moment = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    batch = {"u": [Decimal("1.5"), None], "i": [1, "x"], "t": [moment, moment], "big": [2**70, 1], "none": [None, None]}
    rows = ColumnBatches(list(batch), [batch], source="s", form="f")
    (found,) = rows.batches({name: place for place, name in enumerate(batch)})
    assert found["i"].to_pylist() == ["1", "x"]
    assert found["big"].to_pylist() == [str(2**70), "1"]
    assert found["none"].type == pa.string()
    assert pa.types.is_timestamp(found["t"].type)
    assert rows.location(4) == "s:5"


def test_duckdb_gives_the_same_stream(tmp_path, log):
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("duckdb_engine")
    path = tmp_path / "log.duckdb"
    connection = duckdb.connect(str(path))
    connection.execute("create table log (u varchar, i integer, t bigint, click integer, price double)")
    connection.executemany("insert into log values (?, ?, ?, ?, ?)", ROWS)
    connection.close()
    stream = sql(f"duckdb:///{path}", "select * from log", **COLUMNS)
    assert isinstance(stream, Stream)
    assert stream.fingerprint == asked(log).fingerprint
    typed = sql(f"duckdb:///{path}", "select u, i, to_timestamp(t)::timestamp as t from log", **COLUMNS)
    assert isinstance(typed, Stream)
    assert typed.time.tolist() == stream.time.tolist()
    with pytest.raises(DataError, match="no such database"):
        sql(f"duckdb:///{tmp_path / 'none.duckdb'}", "select 1")
