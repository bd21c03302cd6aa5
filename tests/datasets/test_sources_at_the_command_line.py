"""Whatever the source, bad data end with exit code 3, a place and no traceback, and nothing half-written is kept."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path

import pytest
from freshmark.cli import main

BAD = b"user,item,time\n1,2,1400000000\n3,4,someday\n"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder of bad sources, and a cache of its own."""
    monkeypatch.setenv("FRESHMARK_CACHE", str(tmp_path / "cache"))
    (tmp_path / "log.csv").write_bytes(BAD)
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "1.csv").write_bytes(BAD)
    with zipfile.ZipFile(tmp_path / "log.zip", "w") as archive:
        archive.writestr("../log.csv", BAD)
    connection = sqlite3.connect(tmp_path / "log.db")
    connection.execute("create table log (user, item, time)")
    connection.executemany("insert into log values (?, ?, ?)", [(1, 2, 1_400_000_000), (3, None, 1_400_000_001)])
    connection.commit()
    connection.close()
    return tmp_path


SOURCES = {
    # expression: the place that the error names, its code
    "file('{}/log.csv', unit='s')": ("{}/log.csv:3", "FM215"),
    "folder('{}/parts', '*.csv', unit='s')": ("{}/parts/1.csv:3", "FM215"),
    "folder('{}/log.zip', '*.csv', unit='s')": ("{}/log.zip:../log.csv:3", "FM215"),
    "amazon-2023(path='{}/log.csv')": ("{}/log.csv:1", "FM214"),
    "collegemsg(path='{}/log.csv')": ("{}/log.csv:1", "FM213"),
    "otto(path='{}/log.zip')": ("{}/log.zip", "FM217"),
    "online-retail(path='{}/log.zip')": ("{}/log.zip", "FM217"),
    "netflix()": ("https://www.kaggle.com/", "FM222"),
    "sql('sqlite:///{}/log.db', 'select * from log')": ("sqlite:///{}/log.db:2", "FM216"),
    "sql('sqlite:///{}/log.db', 'select * from log', as_of='today')": ("sqlite:///{}/log.db:2", "FM216"),
}


@pytest.mark.parametrize("command", ["fetch", "describe"])
@pytest.mark.parametrize("expression", SOURCES)
def test_bad_data_end_with_exit_code_3_and_leave_nothing(place, capsys, command, expression):
    if expression.startswith("sql("):
        pytest.importorskip("sqlalchemy")
    where, code = SOURCES[expression]
    with pytest.raises(SystemExit) as left:
        main(["data", command, expression.replace("{}", str(place))])
    shown = capsys.readouterr()
    assert left.value.code == 3, shown.err
    assert f"error {code}:" in shown.err
    assert where.replace("{}", str(place)) in shown.err
    assert "Traceback" not in shown.err
    assert not shown.out
    kept = [path for path in (place / "cache").rglob("*") if path.is_file() and not path.name.endswith(".lock")]
    assert kept == []


def test_a_mistake_of_the_caller_ends_with_exit_code_2(place, capsys):
    for expression in (
        "gowalla('nowhere')",
        "folder('x', usr='u')",
        f"criteo(path='{place / 'log.csv'}', rows=-1)",
        "amazon-2018(user='u')",
    ):
        with pytest.raises(SystemExit) as left:
            main(["data", "describe", expression])
        shown = capsys.readouterr()
        assert left.value.code == 2, shown.err
        assert "Traceback" not in shown.err


def test_the_same_source_mended_is_a_stream(place, capsys):
    path = Path(place / "log.csv")
    path.write_bytes(BAD.replace(b"someday", b"1400000001"))
    with pytest.raises(SystemExit) as left:
        main(["data", "describe", f"file('{path}', unit='s')"])
    assert left.value.code == 0, capsys.readouterr().err
