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
from freshmark.contract.streams.source import Source
from freshmark.contract.streams.stream import Stream
from freshmark.errors import DataError, UnknownName
from freshmark_datasets.logs import sql as module
from freshmark_datasets.logs.file import file
from freshmark_datasets.logs.sql import sql
from freshmark_datasets.readers.column_batches import ColumnBatches

pytest.importorskip("sqlalchemy")

ROWS = [(f"u{number % 7}", number % 5, 1_400_000_000 + number // 2, number % 2, number / 4) for number in range(50)]
COLUMNS: Any = {"user": "u", "item": "i", "time": "t"}
ALL = "select * from log"


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.db"
    connection = sqlite3.connect(path)
    connection.execute("create table log (u text, i integer, t integer, click integer, price real)")
    connection.executemany("insert into log values (?, ?, ?, ?, ?)", ROWS)
    connection.commit()
    connection.close()
    return path


def queried(path: Path, query: str = ALL, **options: Any) -> Stream:
    stream = sql(f"sqlite:///{path}", query, **(COLUMNS | options))
    assert isinstance(stream, Stream)
    return stream


def test_the_rows_of_a_query_are_the_stream_of_the_same_rows_in_a_file(tmp_path, log, monkeypatch):
    (tmp_path / "log.csv").write_text("u,i,t,click,price\n" + "".join(f"{','.join(map(str, row))}\n" for row in ROWS))
    options: Any = {"label": "click", "task": "click", "numbers": "price"}
    expected = file(tmp_path / "log.csv", **COLUMNS, **options).load().fingerprint
    assert queried(log, **options).fingerprint == expected
    monkeypatch.setattr(module, "BATCH", 7)
    assert queried(log, **options).fingerprint == expected


def test_the_query_selects_and_its_order_breaks_ties(log):
    by_price = (queried(log, f"{ALL} order by t, price{way}").fingerprint for way in ("", " desc"))
    assert len(set(by_price)) == 2
    assert len(queried(log, "select u, i, t from log where click = 1 and u like 'u%'")) == 25
    assert queried(log).about["query"] == ALL
    dates = queried(log, "select u, i, datetime(t, 'unixepoch') as t from log")
    assert dates.time.tolist() == queried(log).time.tolist()


def test_every_call_queries_again_unless_as_of_is_given(log):
    monday, tuesday = (sql(f"sqlite:///{log}", ALL, as_of=day, **COLUMNS) for day in ("monday", "tuesday"))
    assert isinstance(monday, Source)
    assert isinstance(tuesday, Source)
    assert monday.key != tuesday.key
    assert monday.load().fingerprint == queried(log).fingerprint


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("selec * from log", "syntax error"),
        ("select * from elsewhere", "no such table"),
        ("delete from log", "readonly"),
        ("drop table log", "readonly"),
        ("select 1; select 2", "one statement"),
        ("create table if not exists log (a)", "returns no rows"),
    ],
)
def test_a_query_that_fails_or_writes_is_refused_and_changes_nothing(log, query, words):
    before = log.read_bytes()
    with pytest.raises(DataError, match=words) as caught:
        queried(log, query)
    assert (caught.value.code, caught.value.exit_code) == ("FM225", 3)
    assert log.read_bytes() == before


def test_an_invalid_row_is_named_by_its_number_in_the_result(log):
    query = "select case when rowid = 9 then null else u end as u, i, t from log order by rowid"
    with pytest.raises(DataError, match="the user is empty") as caught:
        queried(log, query)
    assert caught.value.where == f"sqlite:///{log}:9"
    assert len(queried(log, query, skip_bad=True)) == 49
    with pytest.raises(DataError, match="no events"):
        queried(log, f"{ALL} where 0")
    with pytest.raises(DataError, match="no column 'w'") as caught:
        queried(log, user="w")
    assert caught.value.remedy == "there are u, i, t, click, price"
    with pytest.raises(UnknownName, match="no option of a log"):
        queried(log, usr="u")


def test_a_database_that_does_not_exist_or_is_none_is_refused_and_not_created(tmp_path):
    with pytest.raises(DataError, match="no such database"):
        queried(tmp_path / "none.db")
    assert not list(tmp_path.iterdir())
    (tmp_path / "x.db").write_text("user,item,time\n" * 100)
    with pytest.raises(DataError, match="not a database"):
        queried(tmp_path / "x.db")
    for url in ("", "rubbish", "foo://x", "sqlite:///\0"):
        with pytest.raises(DataError):
            sql(url, "select 1")


def test_passwords_are_not_shown():
    with pytest.raises(DataError) as caught:
        sql("postgresql+psycopg2://ann:hunter2@127.0.0.1:9/log", "select 1")
    assert "hunter2" not in str(caught.value)
    assert "ann:***@127.0.0.1" in caught.value.where


def test_without_sqlalchemy_the_error_names_the_extra(monkeypatch, log):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(DataError) as caught:
        queried(log)
    assert (caught.value.code, caught.value.remedy) == ("FM224", "pip install 'freshmark[sql]'")


def test_values_of_every_type_that_drivers_give_become_columns():
    moment = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    batch = {"u": [Decimal("1.5"), None], "i": [1, "x"], "t": [moment, moment], "big": [2**70, 1], "none": [None, None]}
    rows = ColumnBatches(list(batch), [batch], source="s", form="f")
    (columns,) = rows.batches({name: index for index, name in enumerate(batch)})
    assert columns["i"].to_pylist() == ["1", "x"]
    assert columns["big"].to_pylist() == [str(2**70), "1"]
    assert columns["none"].type == pa.string()
    assert pa.types.is_timestamp(columns["t"].type)
    assert rows.location(4) == "s:5"


def test_duckdb_gives_the_same_stream(tmp_path, log):
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("duckdb_engine")
    path = tmp_path / "log.duckdb"
    connection = duckdb.connect(str(path))
    connection.execute("create table log (u varchar, i integer, t bigint, click integer, price double)")
    connection.executemany("insert into log values (?, ?, ?, ?, ?)", ROWS)
    connection.close()
    for query in (ALL, "select u, i, to_timestamp(t)::timestamp as t from log"):
        stream: Any = sql(f"duckdb:///{path}", query, **COLUMNS)
        assert stream.time.tolist() == queried(log).time.tolist()
        assert (stream.user == queried(log).user).all()
    with pytest.raises(DataError, match="no such database"):
        sql(f"duckdb:///{tmp_path / 'none.duckdb'}", "select 1")
