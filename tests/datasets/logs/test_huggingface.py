"""huggingface(): a data set of the hub; a stand-in plays the package, which is tried itself where it is installed."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from freshmark.errors import DataError
from freshmark_datasets.logs.huggingface import huggingface

TABLE = pa.table(
    {
        "user_id": ["a", "b", "a"],
        "asin": ["x", "y", "z"],
        "ts": [1_400_000_002_000, 1_400_000_001_000, 1_400_000_003_000],
    }
)


class Split:
    """What load_dataset gives, as far as it is used."""

    column_names = TABLE.column_names

    def with_format(self, form: str) -> Split:
        assert form == "arrow"
        return self

    def iter(self, batch_size: int) -> Any:
        assert batch_size > 0
        return iter([TABLE.slice(0, 2), TABLE.slice(2)])


@pytest.fixture
def hub(monkeypatch):
    """A stand-in for the package ``datasets``, and what it was asked."""
    asked: list[Any] = []

    def load_dataset(path: str, name: str | None, **options: Any) -> Any:
        asked.append((path, name, options))
        if path == "none":
            raise FileNotFoundError("Dataset 'none' doesn't exist on the Hub\nand more")
        return {"train": Split()} if options["split"] == "all" else Split()

    package = ModuleType("datasets")
    package.load_dataset = load_dataset  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "datasets", package)
    return SimpleNamespace(asked=asked)


def test_a_split_is_a_stream(hub):
    stream = huggingface("ann/log", "books", split="test", revision="abc", user="user_id", item="asin", time="ts")
    assert list(stream.users) == ["b", "a"]
    assert list(stream.items) == ["y", "x", "z"]
    assert stream.time.tolist() == [1_400_000_001_000_000, 1_400_000_002_000_000, 1_400_000_003_000_000]
    assert hub.asked == [("ann/log", "books", {"split": "test", "revision": "abc", "data_files": None})]
    assert stream.about["source"] == stream.name == "ann/log books test"
    assert stream.about["revision"] == "abc"
    assert "licence" in stream.about


def test_without_a_revision_the_stream_says_that_the_hub_decides(hub):
    assert huggingface("ann/log", time="ts").about["revision"].startswith("not given")


def test_a_missing_data_set_or_split_is_an_error_of_the_data(hub):
    with pytest.raises(DataError, match="Dataset 'none' doesn't exist on the Hub") as caught:
        huggingface("none")
    assert (caught.value.code, caught.value.exit_code, caught.value.where) == ("FM225", 3, "none")
    assert "and more" not in caught.value.what
    with pytest.raises(DataError, match="not one split"):
        huggingface("ann/log", split="all")


def test_an_unknown_column_is_refused(hub):
    with pytest.raises(DataError, match="no column 'who'"):
        huggingface("ann/log", user="who")


def test_without_the_package_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(DataError, match="datasets is not installed") as caught:
        huggingface("ann/log")
    assert caught.value.remedy == "pip install 'freshmark[huggingface]'"


def test_a_folder_of_the_same_name_is_not_the_package(monkeypatch, tmp_path):
    (tmp_path / "datasets").mkdir()
    monkeypatch.delitem(sys.modules, "datasets", raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(DataError, match="datasets is not installed"):
        huggingface("ann/log")


@pytest.mark.usefixtures("hub_library")
def test_the_package_itself_reads_a_file_of_mine(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "log.csv").write_text("user,item,time\n1,2,1400000000\n3,4,1400000001\n")
    stream = huggingface("csv", data_files=str(tmp_path / "log.csv"))
    assert len(stream) == 2
