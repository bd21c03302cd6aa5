import os
import sqlite3

import numpy as np
import pytest
from freshmark.errors import StoreError
from freshmark.results.stored.folder import RunFolder, read_table
from freshmark.results.tables import Results


@pytest.fixture
def folder(fabricated, tmp_path):
    return fabricated.fabricate(tmp_path / "run", [fabricated.MadeCell("a()"), fabricated.MadeCell("b()")])


def cell_file(folder, name):
    return next((folder / "cells").glob(f"*/{name}.parquet"))


def test_a_folder_is_read_as_it_was_written(folder):
    run = RunFolder(folder)
    assert [cell["position"] for cell in run.cells] == [0, 1]
    record = run.streams["drift(preset='small')"]
    assert (record.task, record.windows, record.top) == ("rank", 24, 10)
    assert record.settings["depth"] == 100
    assert record.edges.dtype == np.int64
    assert record.edges[0] == 1_600_000_000_000_000
    assert run.provenance["packages"]["torch"] == "2.4.0"


@pytest.mark.parametrize(
    ("content", "code"), [(None, "FM401"), (b"not a database, but long enough to be read", "FM402"), (b"", "FM402")]
)
def test_a_folder_without_a_readable_database_is_refused(tmp_path, content, code):
    if content is not None:
        (tmp_path / "run.sqlite").write_bytes(content)
    with pytest.raises(StoreError) as caught:
        RunFolder(tmp_path)
    assert caught.value.code == code


def test_a_run_of_a_newer_version_is_refused(fabricated, tmp_path):
    with pytest.raises(StoreError) as caught:
        RunFolder(fabricated.fabricate(tmp_path / "run", [], version=99))
    assert caught.value.code == "FM404"


def test_a_table_with_one_flipped_byte_is_refused(folder):
    file = cell_file(folder, "outcomes")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    run = RunFolder(folder)
    cell = next(cell for cell in run.cells if cell["key"] == file.parent.name)
    with pytest.raises(StoreError) as caught:
        run.table(cell, "outcomes")
    assert (caught.value.code, caught.value.where) == ("FM403", str(file))


@pytest.mark.parametrize("content", [None, b"", b"PAR1 and then nothing of the kind"])
def test_a_missing_or_torn_table_without_a_digest_is_refused(tmp_path, content):
    file = tmp_path / "torn.parquet"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        read_table(file)
    assert caught.value.code == "FM403"


def test_reading_writes_nothing(folder):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}
    stamp = (folder / "run.sqlite").read_bytes()
    Results.open(folder, metrics={}).ranking()
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")} == before
    assert (folder / "run.sqlite").read_bytes() == stamp


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_can_be_read(folder):
    folder.chmod(0o500)
    try:
        assert len(RunFolder(folder).cells) == 2
    finally:
        folder.chmod(0o700)


def test_a_run_that_is_still_being_written_can_be_read(folder):
    writer = sqlite3.connect(folder / "run.sqlite")
    writer.execute("INSERT INTO provenance VALUES ('late', '1')")
    assert "late" not in RunFolder(folder).provenance
    writer.commit()
    assert RunFolder(folder).provenance["late"] == 1
    writer.close()


def test_a_folder_with_odd_characters_in_its_name_opens(fabricated, tmp_path):
    folder = fabricated.fabricate(tmp_path / "100% #1 ?mode=rwc", [fabricated.MadeCell("a()")])
    assert len(RunFolder(folder).cells) == 1


def test_missing_facts_of_a_stream_are_empty(fabricated, tmp_path):
    folder = fabricated.fabricate(tmp_path / "run", [], [fabricated.MadeStream(oracle=False)])
    connection = sqlite3.connect(folder / "run.sqlite")
    connection.execute("UPDATE streams SET drifts = NULL, about = NULL, facts = NULL")
    connection.commit()
    connection.close()
    record = next(iter(RunFolder(folder).streams.values()))
    assert (record.drifts, record.about, record.facts) == ((), {}, {})
    assert "oracle" not in read_table(record.events)
