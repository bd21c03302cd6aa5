"""Hooks that only show in a whole run: one plugin that fills them, a run, and what became of it."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import pytest
from freshmark.cli import app, main
from typer.testing import CliRunner, Result

PLUGIN = '''
from freshmark import Prose, Section, hookimpl
from freshmark.runs.executors.local import Local


@hookimpl
def register_sections():
    return {"closing": lambda results: Section("Closing words", (Prose(f"{len(results.cells)} <cells> in all"),))}


@hookimpl
def register_reports():
    return {"count": lambda results, path, sections: path.write_text(f"{len(results.cells)} cells")}


@hookimpl
def register_executors():
    return {"counting": Counting}


@hookimpl
def cell_finished(cell, status, reason):
    raise RuntimeError("an observer that fails")


class Counting(Local):
    """Writes down how many jobs it was given."""

    def run(self, jobs, **rest):
        with open("jobs.log", "a") as log:
            log.write(f"{len(jobs)} {jobs[0].kind}\\n")
        super().run(jobs, **rest)
'''


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hooks")
    (folder / "mine.py").write_text(PLUGIN, "utf-8")
    return folder


@pytest.fixture(scope="module")
def done(place: Path) -> Result:
    words = ["run", "-d", "drift(preset='tiny')", "-s", "popularity()", "--every", "1d", "-o", "out"]
    with chdir(place):
        return CliRunner().invoke(app, [*words, "--executor", "counting", "--plugin", "mine.py"])


def test_an_executor_of_a_plugin_runs_the_cells(done, place):
    assert done.stdout == "out/report.html\n"
    assert (place / "jobs.log").read_text("utf-8").splitlines()[-1] == "1 cell"


def test_a_section_of_a_plugin_is_in_the_report_and_its_text_is_escaped(done, place):
    report = (place / "out" / "report.html").read_text("utf-8")
    assert "Closing words" in report
    assert "1 &lt;cells&gt; in all" in report


def test_a_report_format_of_a_plugin_is_written(done, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    with pytest.raises(SystemExit):
        main(["report", "out", "--format", "count", "--plugin", "mine.py"])
    assert capsys.readouterr().out == "out/report.count\n"
    assert Path("out/report.count").read_text("utf-8") == "1 cells"


def test_an_observer_that_fails_costs_nothing_but_the_exit_code(done):
    assert done.exit_code == 1
    assert "popularity() every 1d seed 0 ok" in done.stderr
    (warning,) = (line for line in done.stderr.splitlines() if line.startswith("warning:"))
    assert "mine.py" in warning
    assert "an observer that fails" in warning
