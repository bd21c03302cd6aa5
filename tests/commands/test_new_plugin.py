from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from freshmark.cli import main
from freshmark.commands.new_plugin import written
from freshmark.errors import UsageError
from freshmark.runs.catalogue.registry import load


def test_the_package_declares_what_freshmark_looks_for(tmp_path: Path):
    folder = written("much-taken", tmp_path / "much-taken")
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["name"] == "freshmark-much-taken"
    assert project["entry-points"]["freshmark"] == {"much-taken": "much_taken"}
    assert {path.name for path in folder.iterdir()} == {
        "pyproject.toml", "much_taken.py", "test_much_taken.py", "README.md",
    }  # fmt: skip
    assert all("@" not in path.read_text("utf-8").replace("@hookimpl", "") for path in folder.iterdir())


def test_the_strategy_is_offered_under_its_name(tmp_path: Path):
    folder = written("much-taken", tmp_path / "much-taken")
    registry = load([folder / "much_taken.py"], installed=False)
    assert registry.canonical("strategies", "much-taken( size = 5 )") == "much-taken(size=5)"


def test_the_tests_of_a_new_package_are_green(tmp_path: Path):
    folder = written("mine", tmp_path / "mine")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py"],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_there_is_little_to_edit(tmp_path: Path):
    text = (written("mine", tmp_path / "mine") / "mine.py").read_text("utf-8")
    assert text.count("\n") - text[: text.index("class Mine")].count("\n") <= 25


def test_the_command_prints_the_folder_and_what_comes_next(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(["new-plugin", "last-seen"])
    assert left.value.code == 0
    assert capsys.readouterr() == (
        "last-seen\n",
        "next: freshmark check --plugin last-seen/last_seen.py 'last-seen()'\n",
    )


def test_nothing_is_overwritten(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(UsageError, match="there already"):
        written("mine", tmp_path / "mine")
    assert list((tmp_path / "mine").iterdir()) == []


@pytest.mark.parametrize("name", ["", "../up", "Upper", "1st", "a b", "a_b", "-a", "a--b"])
def test_a_name_that_could_not_be_typed_is_refused(name, tmp_path: Path):
    with pytest.raises(UsageError, match="no name"):
        written(name, tmp_path / "folder")
