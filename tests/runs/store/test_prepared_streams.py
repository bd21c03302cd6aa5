"""A prepared stream is built once, whole or not at all, and wrong ones name their plugin."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from freshmark import stream_of
from freshmark.contract.streams.prepared import open_stream
from freshmark.errors import DataError, PluginError
from freshmark.runs.catalogue.registry import load
from freshmark.runs.store.prepared_streams import cache_folder, prepare, save, slug

PLUGIN = """
import numpy as np
from pathlib import Path
from freshmark import Source, hookimpl, stream_of
from freshmark.errors import DataError

def made(n=50, name="tiny"):
    return stream_of(name=name, task="rank", time=np.arange(n), user=np.arange(n) % 5, item=np.arange(n) % 7)

def sourced(n=50, mark=""):
    def build():
        if mark:
            with open(mark, "a") as file:
                file.write("built\\n")
        return made(n)
    return Source(key=f"sourced {n}", load=build)

def wrong(how="type"):
    if how == "type":
        return 3
    if how == "later":
        return Source("later", lambda: 3)
    if how == "data":
        raise DataError("row 3 is short", where="log.csv:3")
    if how == "io":
        return Source("io", lambda: Path("/none.csv").read_text())
    raise KeyError("column")

@hookimpl
def register_datasets():
    return {"made": made, "sourced": sourced, "wrong": wrong}
"""


@pytest.fixture
def registry(tmp_path):
    file = tmp_path / "plugin.py"
    file.write_text(PLUGIN)
    return load([file], installed=False)


def test_a_source_is_built_once_and_reused(registry, tmp_path):
    mark = tmp_path / "mark"
    first = prepare(registry, f"sourced(mark='{mark}')", tmp_path / "cache")
    assert prepare(registry, f"sourced(mark='{mark}')", tmp_path / "cache") == first
    assert mark.read_text() == "built\n"
    assert open_stream(first).fingerprint == registry.build("streams", "made()").fingerprint


def test_another_key_is_another_folder(registry, tmp_path):
    assert prepare(registry, "sourced(n=10)", tmp_path) != prepare(registry, "sourced(n=11)", tmp_path)


def test_a_plain_stream_is_kept_by_its_fingerprint(registry, tmp_path):
    assert prepare(registry, "made()", tmp_path) == save(registry.build("streams", "made(50)"), tmp_path)
    assert prepare(registry, "made(n=51)", tmp_path) != prepare(registry, "made()", tmp_path)


def test_the_cache_is_where_the_variable_says(registry, monkeypatch, tmp_path):
    monkeypatch.setenv("FRESHMARK_CACHE", str(tmp_path / "elsewhere"))
    assert cache_folder() == tmp_path / "elsewhere"
    assert prepare(registry, "made()").is_relative_to(tmp_path / "elsewhere")
    monkeypatch.delenv("FRESHMARK_CACHE")
    assert cache_folder().name == "freshmark"


@pytest.mark.parametrize("damage", ["head", "column", "missing"])
def test_a_damaged_folder_is_built_anew(registry, tmp_path, damage):
    folder = prepare(registry, "made()", tmp_path)
    if damage == "head":
        (folder / "stream.json").write_text(json.dumps({"format": 0}))
    elif damage == "column":
        (folder / "time.npy").write_bytes((folder / "time.npy").read_bytes()[:140])
    else:
        (folder / "stream.json").unlink()
    assert prepare(registry, "made()", tmp_path) == folder
    assert len(open_stream(folder)) == 50


def test_a_build_that_fails_half_way_leaves_nothing_that_is_used(registry, tmp_path, monkeypatch):
    def full(stream, folder):
        (folder / "time.npy").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("freshmark.runs.store.prepared_streams.save_stream", full)
        with pytest.raises(DataError, match=r"No space left on device.*set FRESHMARK_CACHE"):
            prepare(registry, "made()", tmp_path)
    assert not [one for one in (tmp_path / "streams").iterdir() if one.is_dir()]
    assert len(open_stream(prepare(registry, "made()", tmp_path))) == 50


def test_the_leftover_of_a_killed_build_is_cleared(registry, tmp_path):
    folder = prepare(registry, "made()", tmp_path)
    partial = folder.parent / f".{folder.name}.partial"
    folder.rename(partial)
    assert prepare(registry, "made()", tmp_path) == folder
    assert not partial.exists()


def test_several_at_once_build_once(registry, tmp_path):
    mark = tmp_path / "mark"
    folders: list[Path] = []
    text = f"sourced(mark='{mark}')"
    threads = [threading.Thread(target=lambda: folders.append(prepare(registry, text, tmp_path))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(folders) == 6
    assert len(set(folders)) == 1
    assert mark.read_text() == "built\n"


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ("type", PluginError, r"wrong\(how='type'\) of plugin '.*plugin.py' returns int; return a Stream"),
        ("later", PluginError, "returns int"),
        ("data", DataError, "row 3 is short .log.csv:3."),
        ("io", PluginError, r"plugin '.*plugin.py' cannot build wrong\(how='io'\): FileNotFoundError.*plugin.py:\d+"),
        ("other", PluginError, r"KeyError: 'column' \(.*plugin.py:\d+"),
    ],
)
def test_a_stream_that_cannot_be_built_names_its_plugin(registry, tmp_path, how, error, message):
    with pytest.raises(error, match=message):
        prepare(registry, f"wrong(how='{how}')", tmp_path)


@pytest.mark.parametrize("name", ["../../etc/passwd", "\0", "a/b", "\u202egnp", "x" * 300, "", "CON", "\ud800"])
def test_any_name_makes_a_harmless_file_name(name):
    made = slug(name, name)
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
    assert 9 <= len(made) <= 57
    assert made != slug(name, name + "x")


def test_a_stream_object_of_any_name_is_kept(tmp_path):
    stream = stream_of(name="../evil\0", task="rank", time=np.arange(3), item=np.arange(3))
    assert open_stream(save(stream, tmp_path)).name == "../evil\0"
    assert save(stream, tmp_path).is_relative_to(tmp_path)
