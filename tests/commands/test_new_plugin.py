"""Each kind of new plugin is valid, passes its own test, and takes part in a run and its report."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from freshmark.cli import main
from freshmark.commands.new_plugin import Kind, Names, written
from freshmark.errors import UsageError

KINDS = [kind.value for kind in Kind]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a new plugin of each kind: new-strategy, new-model …"""
    folder = tmp_path_factory.mktemp("new")
    for kind in Kind:
        written(Names(f"new-{kind}", kind), folder / f"new-{kind}")
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_a_package_declares_what_freshmark_looks_for(place, kind):
    folder = place / f"new-{kind}"
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["freshmark"] == {f"new-{kind}": f"new_{kind}"}
    assert {path.name for path in folder.iterdir()} == {
        "pyproject.toml", "README.md", f"new_{kind}.py", f"test_new_{kind}.py",
    }  # fmt: skip
    texts = [path.read_text("utf-8").replace("@hookimpl", "") for path in folder.iterdir()]
    assert all("@" not in text for text in texts)
    assert max(text.count("\n") for text in texts) <= 60


def test_the_tests_of_new_packages_pass(place):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=prepend", "."],
        cwd=place, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert f"{len(KINDS)} passed" in done.stdout


def call(*words) -> None:
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    assert not left.value.code


def test_new_plugins_take_part_in_a_run_and_its_report(place, monkeypatch):
    """All but the executor, of which its package's own test makes a run."""
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "path", [*sys.path])
    plugins = [word for kind in KINDS for word in ("--plugin", f"new-{kind}/new_{kind}.py")]
    strategies = ["new-strategy(size=500)", "finetune(new-model(), epochs=1)"]
    call("run", "-d", "new-dataset(events=500)", "-s", strategies[0], "-s", strategies[1], "--every", "never",
         "--no-report", "-o", "run", *plugins)  # fmt: skip
    call("report", "run", "--format", "markdown", "-o", "report.md", *plugins)
    assert "Slowest cells (new-section)" in Path("report.md").read_text("utf-8")
    call("export", "run", "--table", "measurements", "-o", "tables", *plugins)
    table = pd.read_csv("tables/measurements.csv")
    assert {"new-metric", "new_meter_count"} <= set(table["metric"])
    assert set(table["strategy"]) == set(strategies)


def test_the_command_prints_the_folder_and_what_comes_next(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    call("new-plugin", "first-third", "--kind", "dataset")
    said = capsys.readouterr()
    assert said.out == "first-third\n"
    assert said.err == 'next: freshmark run -d "first-third()" --every 1d --plugin first-third/first_third.py\n'


@pytest.mark.parametrize("name", ["popularity", "mf", "drift", "html", "ranking", "local"])
def test_a_name_that_a_plugin_offers_is_refused_for_every_kind(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for kind in ("strategy", "section"):
        with pytest.raises(SystemExit) as left:
            main(["new-plugin", name, "--kind", kind])
        assert left.value.code == 2
        assert "error FM306" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path):
    (tmp_path / "quite-new").mkdir()
    with pytest.raises(UsageError, match="already exists"):
        written(Names("quite-new", Kind.METER), tmp_path / "quite-new")
    assert list((tmp_path / "quite-new").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["", "../up", "Upper", "1st", "a b", "a_b", "-a", "a--b", "class", "random", "freshmark-plugins", "torch"]
)
def test_a_name_that_python_or_an_expression_cannot_use_is_refused(name, tmp_path: Path):
    with pytest.raises(UsageError):
        written(Names(name, Kind.METRIC), tmp_path / "folder")
    assert list(tmp_path.iterdir()) == []
