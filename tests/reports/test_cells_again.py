"""The command that measures a cell again: given as it stands, it measures that cell and no other."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from freshmark.cli import app
from freshmark.contract.section import Prose, Table
from freshmark.results.tables import Results
from freshmark_reports.sections import cells
from typer.testing import CliRunner

STREAM = "drift(preset='small')"


def test_labels_that_were_late_are_late_again(usual):
    record = replace(usual.streams[STREAM], settings={"label_delay": "2d"})
    words = shlex.split(cells.reproduce(usual.cells.iloc[0], record))
    assert words[words.index("--label-delay") + 1] == "2d"
    at_once = replace(record, settings={"label_delay": "0s"})
    assert "--label-delay" not in cells.reproduce(usual.cells.iloc[0], at_once)


def test_durations_of_a_command_are_those_that_people_type(usual):
    record = replace(usual.streams[STREAM], settings={"window": "1d12h"})
    words = shlex.split(cells.reproduce({**usual.cells.iloc[0], "every": "4w2d", "delay": "1h30m"}, record))
    assert [words[words.index(option) + 1] for option in ("--every", "--delay", "--window")] == ["30d", "90m", "36h"]


def test_an_anonymised_stream_is_measured_again_from_the_plan_that_holds_its_salt(tmp_path, monkeypatch):
    plan = tmp_path / "plan.toml"
    stream = "subsample(anonymise(drift('tiny'), salt='hush'), share=0.5)"
    plan.write_text(f'streams = ["{stream}"]\nstrategies = ["recency()"]\nevery = ["never"]\n')
    measured = ["run", str(plan), "-s", "popularity()", "--no-report", "-o", str(tmp_path / "run")]
    assert CliRunner().invoke(app, measured).exit_code == 0
    (section,) = cells.section(Results.open(tmp_path / "run"))
    prose, table = section.parts
    assert isinstance(prose, Prose)
    assert "Run the commands in the run folder" in prose.text
    assert isinstance(table, Table)
    command = str(table.rows[0][-1])
    assert "hush" not in command
    monkeypatch.chdir(tmp_path / "run")
    done = CliRunner().invoke(app, [*shlex.split(command)[1:], "--dry-run"])
    assert done.exit_code == 0, done.exception
    assert stream in done.output
    assert "popularity()" in done.output


def test_of_a_stream_that_hides_nothing_no_folder_is_named(usual):
    prose = cells.section(usual)[0].parts[0]
    assert isinstance(prose, Prose)
    assert "salt" not in prose.text


def test_a_cell_of_a_plugin_file_is_measured_again_with_it_and_is_quoted_readably(made, fabricated, tmp_path):
    results = made([fabricated.MadeCell("mine()")], provenance={"plugins": {"mine.py": "0"}})
    plan = tmp_path / "run" / "plan.toml"

    def command():
        section = cells.section(results)[0]
        table = section.parts[1]
        assert isinstance(table, Table)
        return str(table.rows[0][-1])

    plan.write_text('plugins = ["own.py", "~/my own.py", "/opt/mine.py"]\n')
    assert command().endswith(f"--plugin {tmp_path / 'run' / 'own.py'} --plugin ~/'my own.py' --plugin /opt/mine.py")
    assert '-d "drift(' in command()
    plan.unlink()
    assert command().endswith("--plugin mine.py")


@pytest.mark.parametrize("word", ["drift('tiny')", "a('$b')", "a(b=\"c\", d='e')", "plain", "a b", "x('!')", "x('`')"])
def test_a_quoted_word_is_read_as_it_was_written(word):
    assert shlex.split(cells.quoted(word)) == [word]
    assert cells.quoted("drift('tiny')") == "\"drift('tiny')\""
