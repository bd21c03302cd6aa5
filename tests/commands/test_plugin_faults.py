"""What a plugin raises names the plugin and its line, and is never reported as a bug of freshmark."""

from __future__ import annotations

import re
import sys

import pytest
from freshmark.cli import main
from freshmark.version import ISSUES

HEAD = "from freshmark import Metric, Strategy, hookimpl\n"
STRATEGY = """
class Broken(Strategy):
    def score(self, query): return query.here()  # the fault
@hookimpl
def register_strategies(): return {"broken": Broken}
"""
MODEL = """
def broken():
    import torch
    class Broken(torch.nn.Module):
        tasks = frozenset({"rank"})
        def build(self, run): return 1 / 0  # the fault
        def grow(self, users, items): ...
        def loss(self, events, draw): ...
        def observe(self, events): ...
        def score(self, query): ...
    return Broken()
@hookimpl
def register_models(): return {"broken": broken}
"""
DATASET = """
def broken(): return 1 / 0  # the fault
@hookimpl
def register_datasets(): return {"broken": broken}
"""
METRIC = """
def each(outcomes): return 1 / 0  # the fault
@hookimpl
def register_metrics(): return {"broken": Metric("broken", frozenset({"rank"}), "higher", each=each)}
"""
METER = """
class Broken:
    def begin(self): ...
    def window(self): return 1 / 0  # the fault
@hookimpl
def register_meters(): return {"broken": Broken}
"""
SECTION = """
def broken(results): return 1 / 0  # the fault
@hookimpl
def register_sections(): return {"broken": broken}
"""
REPORT = """
def broken(results, path, sections): return 1 / 0  # the fault
@hookimpl
def register_reports(): return {"broken": broken}
"""
EXECUTOR = """
class Broken:
    def __init__(self, **options): ...
    def __enter__(self): return self
    def __exit__(self, *failure): ...
    def run(self, jobs, **calls): 1 / 0  # the fault
@hookimpl
def register_executors(): return {"broken": Broken}
"""
COMMAND = """
@hookimpl
def register_commands(app):
    @app.command("burst")
    def burst(): 1 / 0  # the fault
"""
OBSERVER = """
@hookimpl
def run_finished(folder): 1 / 0  # the fault
"""
RUN = ("run", "-d", "drift(preset='tiny')", "--every", "never", "-o", "out")
USUAL = (*RUN, "-s", "popularity")


@pytest.fixture
def faulty(tmp_path, monkeypatch, capfd):
    """Runs a command with a plugin, compares its exit code, and gives what was said on stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    file = tmp_path / "mine.py"

    def faulty(text, *words, code=1):
        file.write_text(HEAD + text)
        lines = [at for at, line in enumerate(file.read_text().splitlines(), 1) if "# the fault" in line]
        with pytest.raises(SystemExit) as left:
            main([*words, "--plugin", str(file)])
        said = capfd.readouterr().err
        assert left.value.code == code, said
        assert "FM900" not in said
        assert lines
        assert all(f"{file}:{line}" in said for line in lines)
        return said

    return faulty


def test_a_cell_fails_if_its_strategy_or_model_raises(faulty):
    said = faulty(STRATEGY + MODEL, *RUN, "-s", "broken", "-s", "finetune(broken())", code=4)
    assert re.search(r"broken\(\) .* failed .* – AttributeError: ", said)
    assert re.search(r"finetune\(.* failed .* – ZeroDivisionError: ", said)


def test_a_cell_fails_if_a_meter_raises(faulty):
    assert " failed " in faulty(METER, *USUAL, code=4)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (DATASET, ["data", "describe", "broken"]),
        (DATASET, ["run", "-d", "broken", "-s", "popularity"]),
        (EXECUTOR, [*USUAL, "--executor", "broken"]),
        (OBSERVER, [*USUAL, "--no-report"]),
    ],
    ids=["dataset", "dataset of a run", "executor", "observer"],
)
def test_a_plugin_that_raises_is_named(faulty, tmp_path, text, words):
    assert re.search(rf"plugin '{tmp_path}/mine.py' .*ZeroDivisionError", faulty(text, *words))


def test_an_executor_with_other_arguments_names_its_plugin(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(HEAD + EXECUTOR.replace("**options", ""))
    with pytest.raises(SystemExit) as left:
        main([*USUAL, "--executor", "broken", "--plugin", "mine.py"])
    assert left.value.code == 1
    assert re.match(r"error FM302: plugin 'mine.py' fails in executor 'broken': TypeError", capsys.readouterr().err)


@pytest.fixture(scope="module")
def run(fabricated, tmp_path_factory):
    cells = [fabricated.MadeCell("a()", every) for every in ("never", "1d")]
    return str(fabricated.fabricate(tmp_path_factory.mktemp("runs") / "run", cells))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (METRIC, ["export", "--table", "measurements", "-o", "tables"]),
        (SECTION, ["report", "--format", "markdown", "-o", "report.md"]),
        (REPORT, ["report", "--format", "broken", "-o", "report.txt"]),
    ],
    ids=["metric", "section", "report"],
)
def test_a_metric_section_or_form_of_report_that_raises_is_named(faulty, run, tmp_path, text, words):
    said = faulty(text, words[0], run, *words[1:])
    assert said.startswith("error FM302")
    assert (tmp_path / "report.md").exists() == (text == SECTION), "one section does not cost the others"
    assert f"plugin '{tmp_path}/mine.py'" in said


def test_a_command_that_raises_is_named_and_its_traceback_is_in_a_log(tmp_path, monkeypatch, capsys):
    file = tmp_path / "mine.py"
    file.write_text(HEAD + COMMAND)
    monkeypatch.setenv("FRESHMARK_PLUGIN", str(file))
    monkeypatch.setenv("FRESHMARK_CACHE", str(tmp_path))
    monkeypatch.setattr("freshmark.cli.Commands.ask_plugins", True)
    with pytest.raises(SystemExit) as left:
        main(["burst"])
    said = capsys.readouterr().err
    assert left.value.code == 1
    assert said.startswith("error FM302")
    assert f"{file}:6" in said
    (log,) = (tmp_path / "log").iterdir()
    assert "ZeroDivisionError" in log.read_text()


def test_a_bug_of_freshmark_says_where_to_report_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FRESHMARK_CACHE", str(tmp_path))
    monkeypatch.setattr("freshmark.commands.listing._rows", lambda *_: 1 / 0)
    with pytest.raises(SystemExit) as left:
        main(["list", "metrics"])
    said = capsys.readouterr().err
    assert left.value.code == 70
    assert said.startswith("error FM900")
    assert ISSUES in said
    (log,) = (tmp_path / "log").iterdir()
    assert "Traceback" in log.read_text()
