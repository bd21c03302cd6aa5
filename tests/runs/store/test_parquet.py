"""Tables land whole and under their digests, without pandas."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256

import numpy as np
import pytest
from freshmark.runs.store.parquet import write_table, write_tables
from pyarrow import parquet

TABLE = {
    "rank": np.array([1.0, 2.5, np.inf, np.nan]),
    "window": np.array([0, 0, 1, 2], np.int32),
    "fit": np.array([True, False, False, True]),
    "due": np.arange(8, dtype=np.int64)[::2],
}


def read(file):
    table = parquet.read_table(file)
    return {name: table[name].to_numpy() for name in table.column_names}


def test_what_is_written_is_read_again(tmp_path):
    write_table(TABLE, tmp_path / "deep" / "table.parquet")
    found = read(tmp_path / "deep" / "table.parquet")
    assert list(found) == list(TABLE)
    for name, column in TABLE.items():
        assert found[name].dtype == column.dtype
        np.testing.assert_array_equal(found[name], column)


def test_columns_of_a_map_and_of_no_rows_are_written(tmp_path):
    np.save(tmp_path / "column.npy", np.arange(5.0))
    mapped = np.load(tmp_path / "column.npy", mmap_mode="r")
    write_table({"a": mapped, "b": np.array(mapped)}, tmp_path / "a.parquet")
    np.testing.assert_array_equal(read(tmp_path / "a.parquet")["a"], np.arange(5.0))
    write_table({"a": np.zeros(0)}, tmp_path / "empty.parquet")
    assert len(read(tmp_path / "empty.parquet")["a"]) == 0


def test_a_folder_of_tables_appears_with_its_digests_and_replaces_an_old_one(tmp_path):
    folder = tmp_path / "cell"
    folder.mkdir()
    (folder / "old").touch()
    digests = write_tables({"outcomes": TABLE, "windows": TABLE}, folder)
    assert {one.name: sha256(one.read_bytes()).hexdigest() for one in folder.iterdir()} == digests
    assert write_tables({"outcomes": TABLE, "windows": TABLE}, folder) == digests, "the same table is the same bytes"
    assert [one.name for one in tmp_path.iterdir()] == ["cell"]


def test_a_table_that_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(NotImplementedError, match="Unsupported numpy type"):
        write_table({"a": np.array([{}], dtype=object)}, tmp_path / "a.parquet")
    assert list(tmp_path.iterdir()) == []


def test_writing_does_not_import_pandas(tmp_path):
    code = (
        "import sys, numpy as np\nfrom pathlib import Path\nfrom freshmark.runs.store.parquet import write_table\n"
        "write_table({'a': np.arange(3), 'b': np.ones(3, bool)}, Path(sys.argv[1]))\nprint('pandas' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.parquet")],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    assert done.stdout == "False\n"
