import json
import os
import sqlite3

import numpy as np
import pytest
from freshmark.errors import StoreError
from freshmark.results.stored.folder import RunFolder, read_table
from freshmark.results.tables import Results


def cell_file(folder, name):
    return next((folder / "cells").glob(f"*/{name}.parquet"))


def test_a_folder_is_read_as_it_was_written(fabricated, tmp_path):
    run = RunFolder(fabricated.fabricate(tmp_path / "run"))
    assert len(run.cells) == 12
    record = run.streams["drift(preset='small')"]
    assert (record.task, record.windows, record.top) == ("rank", 24, 10)
    assert record.settings["depth"] == 100
    assert run.provenance["packages"]["torch"] == "2.4.0"


def test_cells_come_in_the_order_of_the_plan(fabricated, tmp_path):
    run = RunFolder(fabricated.fabricate(tmp_path / "run"))
    assert [cell["position"] for cell in run.cells] == list(range(12))


def test_no_run_is_told_with_what_would_be_right(tmp_path):
    with pytest.raises(StoreError, match="no run here") as caught:
        RunFolder(tmp_path)
    assert caught.value.code == "FM401"
    assert "freshmark run -o" in caught.value.remedy


def test_a_run_of_a_newer_version_is_refused(fabricated, tmp_path):
    with pytest.raises(StoreError, match="newer freshmark"):
        RunFolder(fabricated.fabricate(tmp_path / "run", version=99))


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be looked at", b""])
def test_a_damaged_database_is_told(tmp_path, content):
    (tmp_path / "run.sqlite").write_bytes(content)
    with pytest.raises(StoreError, match="cannot be read"):
        RunFolder(tmp_path)


def test_a_table_with_one_flipped_byte_is_not_believed(fabricated, tmp_path):
    folder = fabricated.fabricate(tmp_path / "run")
    file = cell_file(folder, "outcomes")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    run = RunFolder(folder)
    cell = next(cell for cell in run.cells if cell["key"] == file.parent.name)
    with pytest.raises(StoreError, match="not the one that was written") as caught:
        run.table(cell, "outcomes")
    assert caught.value.where == str(file)


@pytest.mark.parametrize("content", [b"", b"PAR1 and then nothing of the kind"])
def test_a_torn_table_without_a_digest_is_told(tmp_path, content):
    file = tmp_path / "torn.parquet"
    file.write_bytes(content)
    with pytest.raises(StoreError, match="cannot be read"):
        read_table(file)


def test_a_missing_table_is_told(tmp_path):
    with pytest.raises(StoreError, match="cannot be read"):
        read_table(tmp_path / "none.parquet")


def test_reading_writes_nothing(fabricated, tmp_path):
    folder = fabricated.fabricate(tmp_path / "run")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}
    stamp = (folder / "run.sqlite").read_bytes()
    Results.open(folder, metrics={}).ranking()
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")} == before
    assert (folder / "run.sqlite").read_bytes() == stamp


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_can_be_read(fabricated, tmp_path):
    folder = fabricated.fabricate(tmp_path / "run")
    folder.chmod(0o500)
    try:
        assert len(RunFolder(folder).cells) == 12
    finally:
        folder.chmod(0o700)


def test_a_run_that_is_still_written_to_can_be_read(fabricated, tmp_path):
    folder = fabricated.fabricate(tmp_path / "run")
    writer = sqlite3.connect(folder / "run.sqlite")
    writer.execute("INSERT INTO provenance VALUES ('late', '1')")
    assert "late" not in RunFolder(folder).provenance
    writer.commit()
    assert RunFolder(folder).provenance["late"] == 1
    writer.close()


def test_a_folder_with_odd_characters_in_its_name_opens(fabricated, tmp_path):
    folder = fabricated.fabricate(tmp_path / "100% #1 ?mode=rwc")
    assert len(RunFolder(folder).cells) == 12


def test_what_a_stream_has_not_is_empty(fabricated, tmp_path):
    folder = fabricated.fabricate(tmp_path / "run", streams=[fabricated.MadeStream(oracle=False)])
    connection = sqlite3.connect(folder / "run.sqlite")
    connection.execute("UPDATE streams SET drifts = NULL, about = NULL, facts = NULL")
    connection.commit()
    connection.close()
    record = next(iter(RunFolder(folder).streams.values()))
    assert (record.drifts, record.about, record.facts) == ((), {}, {})
    assert "oracle" not in read_table(record.events)


def test_edges_are_whole_microseconds(fabricated, tmp_path):
    record = next(iter(RunFolder(fabricated.fabricate(tmp_path / "run")).streams.values()))
    assert record.edges.dtype == np.int64
    assert json.loads(json.dumps(record.edges.tolist()))[0] == 1_600_000_000_000_000
