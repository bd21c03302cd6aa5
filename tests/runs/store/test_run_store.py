"""The run folder keeps what was acknowledged, refuses what it cannot hold, and says why."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace
from hashlib import sha256

import pytest
from freshmark.errors import StoreError
from freshmark.results.stored.folder import SCHEMA, RunFolder
from freshmark.runs.jobs import JobResult
from freshmark.runs.plan.plan import Plan
from freshmark.runs.plan.toml import read_plan
from freshmark.runs.store import database
from freshmark.runs.store.run_store import Planned, Store

CELL = Planned("k1", 0, "s", "a()", "1d", "0s", 0)
OTHER = Planned("k2", 1, "s", "b()", "1d", "0s", 0)
STREAM = {
    "task": "rank", "fingerprint": "f", "events": "streams/s.parquet", "facts": {"events": 3}, "drifts": [],
    "about": {"source": "ü"}, "settings": {"warmup": 0.3}, "edges": [0, 10],
}  # fmt: skip


def succeed(store, key, content=b"table"):
    """What a worker leaves, acknowledged."""
    folder = store.cells_folder / key
    folder.mkdir(exist_ok=True)
    (folder / "outcomes.parquet").write_bytes(content)
    digests = {"outcomes.parquet": sha256(content).hexdigest()}
    store.finish(key, JobResult(status="ok", result={"summary": {"a": 1.5}, "digests": digests}, log="hello\n"))


def test_a_fresh_folder_has_the_agreed_tables(tmp_path):
    with Store(tmp_path / "run"):
        pass
    with sqlite3.connect(tmp_path / "run" / "run.sqlite") as file:
        assert file.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        columns = [row[1] for row in file.execute("PRAGMA table_info(cells)")]
    assert columns == [
        "key", "position", "stream", "strategy", "every", "delay", "seed", "status", "reason", "code", "started",
        "seconds", "summary", "digests", "log_tail", "beside",
    ]  # fmt: skip


def test_what_the_store_writes_the_results_read(tmp_path):
    with Store(tmp_path / "run") as store:
        store.add_stream("s", {"name": "s", **STREAM})
        store.record({"python": "3.11"})
        assert store.queue([CELL, OTHER]) == {"k1", "k2"}
        store.start("k1")
        succeed(store, "k1")
        store.finish(
            "k2", JobResult(status="failed", reason="broken", code="FM310", log="why\n", seconds=2.0, concurrent=1)
        )
    folder = RunFolder(tmp_path / "run")
    assert folder.streams["s"].about == {"source": "ü"}
    assert folder.provenance == {"python": "3.11"}
    first, second = folder.cells
    assert (first["status"], json.loads(first["summary"]), first["log_tail"]) == ("ok", {"a": 1.5}, "hello")
    assert (second["status"], second["reason"], second["code"], second["beside"]) == ("failed", "broken", "FM310", 1)
    assert (tmp_path / "run" / "cells" / "k2" / "log.txt").read_bytes() == b"why\n"


def test_only_cells_that_succeeded_and_are_intact_are_not_measured_again(tmp_path):
    with Store(tmp_path / "run") as store:
        store.queue([CELL, OTHER])
        succeed(store, "k1")
        store.finish("k2", JobResult(status="timeout"))
        assert store.queue([CELL, OTHER]) == {"k2"}
        (store.cells_folder / "k1" / "outcomes.parquet").write_bytes(b"tabla")
        assert store.queue([CELL, OTHER]) == {"k1", "k2"}
        assert store.statuses(["k1", "k2"]) == ["queued", "queued"]


def test_a_cell_that_was_running_when_the_run_was_killed_is_taken_up(tmp_path):
    with Store(tmp_path / "run") as store:
        store.queue([CELL, OTHER])
        store.start("k1")
    with Store(tmp_path / "run") as store:
        assert store.queue([OTHER]) == {"k2"}
        assert store.statuses(["k1", "k2"]) == ["interrupted", "queued"]
        assert store.queue([CELL]) == {"k1"}


def test_a_cell_measured_with_other_code_makes_room(tmp_path):
    with Store(tmp_path / "run") as store:
        store.queue([CELL])
        succeed(store, "k1")
        newer = replace(CELL, key="k9")
        assert store.queue([newer]) == {"k9"}
        assert not (store.cells_folder / "k1").exists()
        with pytest.raises(KeyError):
            store.statuses(["k1"])


def test_what_failed_leaves_its_log_and_no_table(tmp_path):
    with Store(tmp_path / "run") as store:
        store.queue([CELL])
        succeed(store, "k1")
        (store.cells_folder / ".tmp-k1").mkdir()
        store.finish("k1", JobResult(status="crashed", log="x"))
        assert [one.name for one in (store.cells_folder / "k1").iterdir()] == ["log.txt"]
        assert not (store.cells_folder / ".tmp-k1").exists()


def test_home_folders_are_redacted(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/ann")
    with Store(tmp_path / "run") as store:
        store.queue([CELL])
        store.finish("k1", JobResult(status="failed", reason="in /home/ann/x.py:3", log="File /home/ann/x.py\n"))
    (cell,) = RunFolder(tmp_path / "run").cells
    assert (cell["reason"], cell["log_tail"]) == ("in ~/x.py:3", "File ~/x.py")


def test_leftovers_of_a_killed_run_are_cleared(tmp_path):
    for leftover in ("cells/.tmp-a", "streams/.tmp-b.parquet"):
        (tmp_path / leftover).mkdir(parents=True)
    (tmp_path / "streams" / ".tmp-c").touch()
    with Store(tmp_path):
        assert not list(tmp_path.rglob(".tmp-*"))


def test_the_plan_is_stored_with_the_results(tmp_path):
    plan = Plan(("drift",), ("a",))
    with Store(tmp_path / "run") as store:
        store.write_plan(plan)
    assert read_plan(tmp_path / "run" / "plan.toml") == plan


def test_two_at_once_are_refused_and_the_holder_named(tmp_path):
    with Store(tmp_path / "run"), pytest.raises(StoreError, match=r"in use by process \d+ since 20.*choose another"):
        Store(tmp_path / "run")
    with Store(tmp_path / "run"):
        pass


def test_a_folder_of_other_things_is_refused(tmp_path):
    (tmp_path / "plan.toml").write_text("mine")
    with pytest.raises(StoreError, match="not from a run"):
        Store(tmp_path)
    assert (tmp_path / "plan.toml").read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written: Not a directory"):
        Store(tmp_path / "file" / "run")


def test_a_newer_schema_is_refused_and_an_older_one_migrated(tmp_path, monkeypatch):
    with Store(tmp_path / "run") as store:
        store.queue([CELL])
        succeed(store, "k1")
    with sqlite3.connect(tmp_path / "run" / "run.sqlite") as file:
        file.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    with pytest.raises(StoreError, match=f"a newer version .schema {SCHEMA + 1}, this is {SCHEMA}"):
        Store(tmp_path / "run")
    with monkeypatch.context() as patch:
        patch.setattr(database, "SCHEMA", SCHEMA + 2)
        patch.setattr(database, "MIGRATIONS", {SCHEMA + 1: "ALTER TABLE cells ADD COLUMN note TEXT"})
        with Store(tmp_path / "run") as store:
            assert store.queue([CELL]) == set()
    with sqlite3.connect(tmp_path / "run" / "run.sqlite") as file:
        assert file.execute("SELECT note FROM cells").fetchall() == [(None,)]
        assert file.execute("PRAGMA user_version").fetchone() == (SCHEMA + 2,)


def test_a_database_of_something_else_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "run.sqlite") as file:
        file.execute("CREATE TABLE photos(name TEXT)")
    with pytest.raises(StoreError, match=r"another version .schema 0"):
        Store(tmp_path)


@pytest.mark.parametrize("damage", [b"not a database at all", b""])
def test_a_damaged_database_is_reported(tmp_path, damage):
    with Store(tmp_path / "run") as store:
        store.queue([CELL])
    whole = (tmp_path / "run" / "run.sqlite").read_bytes()
    (tmp_path / "run" / "run.sqlite").write_bytes((damage * 300)[:1000] or whole[:5000])
    for more in (tmp_path / "run").glob("run.sqlite-*"):
        more.unlink()
    with pytest.raises(StoreError, match="the run cannot be read"):
        Store(tmp_path / "run").queue([CELL])


def test_a_full_disk_is_reported_and_committed_cells_stay(tmp_path):
    with Store(tmp_path / "run") as store:
        store.queue([CELL])
        succeed(store, "k1")
        store._database.execute("PRAGMA max_page_count = 1")
        with pytest.raises(StoreError, match=r"database or disk is full.*same command again"):
            store.record({str(number): "x" * 10_000 for number in range(100)})
        assert store.statuses(["k1"]) == ["ok"]
    with Store(tmp_path / "run") as store:
        assert store.queue([CELL]) == set()


def test_a_copied_folder_is_the_same_run(tmp_path):
    with Store(tmp_path / "run") as store:
        store.queue([CELL])
        succeed(store, "k1")
    shutil.copytree(tmp_path / "run", tmp_path / "copy")
    with Store(tmp_path / "copy") as store:
        assert store.queue([CELL]) == set()
