"""The command line as a person meets it: its two outputs and its exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from freshmark.cli import main
from freshmark.runs.catalogue.registry import load

HEAVY = ("torch", "pandas", "seaborn", "matplotlib", "numba", "pyarrow", "rich")
CONTROLS = set("\x1b\r\x08\x07")
LOOKING_AROUND = (
    ["--help"], ["--version"], ["run", "--help"], ["list"], ["list", "strategies"], ["list", "models"],
    ["list", "streams"], ["list", "metrics"], ["list", "plugins"], ["show", "FM101"],
)  # fmt: skip


def freshmark(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "freshmark", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
        timeout=120,
    )


def imported_by(*commands: list[str], heavy: tuple[str, ...] = HEAVY) -> list[str]:
    """After each command in one process: the heavy modules that are loaded."""
    code = (
        "import sys\n"
        "from freshmark.cli import main\n"
        f"for words in {commands}:\n"
        "    try:\n"
        "        main(words)\n"
        "    except SystemExit as left:\n"
        "        assert not left.code, words\n"
        f"    print('HEAVY', words, [name for name in {heavy} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith("HEAVY")]


def test_looking_around_imports_nothing_heavy():
    assert imported_by(*LOOKING_AROUND) == [f"HEAVY {words} []" for words in LOOKING_AROUND]


def test_help_loads_no_plugin_if_only_built_in_ones_are_installed():
    assert load().manager.hook.register_commands.get_hookimpls() == []
    heavy = ("numpy", "freshmark_plugins", "freshmark.results.metrics.registry")
    assert imported_by(["--help"], heavy=heavy) == ["HEAVY ['--help'] []"]


def test_help_names_every_command_and_offers_completion():
    shown = freshmark("--help")
    assert shown.returncode == 0
    for command in ("run", "report", "compare", "export", "list", "show", "data", "check", "new-plugin"):
        assert f"\n  {command} " in shown.stdout
    assert "--install-completion" in shown.stdout


def test_the_version_is_data():
    shown = freshmark("--version")
    assert (shown.returncode, shown.stdout, shown.stderr) == (0, "freshmark 0.3.0.dev0\n", "")


def test_no_command_is_help_and_a_usage_error():
    shown = freshmark()
    assert shown.returncode == 2
    assert "Usage: freshmark" in shown.stdout + shown.stderr


@pytest.mark.parametrize(
    ("words", "right"),
    [
        (["show", "fading"], ["nothing is called 'fading'", "--plugin FILE"]),
        (["check", "fading()"], ["no strategy, stream or metric 'fading'", "--plugin FILE"]),
        (["run", "-s", "trending()", "--dry-run"], ["no strategy 'trending'", "--plugin FILE"]),
        (
            ["run", "-s", "logistic()", "--dry-run"],
            ["logistic is a model", "retrain(logistic()), finetune(logistic())"],
        ),
        (["run", "-s", "retrain(popularity())", "--dry-run"], ["popularity is a strategy; retrain wants a model"]),
        (["run", "-s", "ewc(model=popularity())", "--dry-run"], ["popularity is a strategy; ewc wants a model"]),
    ],
    ids=lambda words: " ".join(words[:3]),
)
def test_a_wrong_name_is_met_with_where_it_belongs(words, right, capsys):
    with pytest.raises(SystemExit) as left:
        main(words)
    shown = " ".join(capsys.readouterr().err.split())
    assert left.value.code == 2
    assert [one for one in right if one not in shown] == []


@pytest.mark.parametrize(
    ("words", "right"),
    [
        (["rnu"], "Did you mean 'run'?"),
        (["list", "strateges"], "did you mean 'strategies'?"),
        (["list", "--plugn", "x"], "--plugin"),
        (["list", "--no-plugin", "dataset"], "did you mean 'datasets'?"),
        (["show", "retrian"], "did you mean 'retrain'?"),
        (["run", "-s", "popularty()", "--dry-run"], "did you mean 'popularity'?"),
        (["run", "-s", "popularity(windw='1d')", "--dry-run"], "did you mean 'window'?"),
        (["run", "-d", "drft()", "--dry-run"], "did you mean 'drift'?"),
        (["run", "--evry", "1d"], "--every"),
        (["data", "fetsh", "drift"], "Did you mean 'fetch'?"),
        (["data", "describe", "movielen()"], "did you mean 'movielens'?"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else None,
)
def test_a_typo_is_met_with_what_was_meant(words, right, capsys):
    with pytest.raises(SystemExit) as left:
        main(words)
    shown = capsys.readouterr()
    assert left.value.code == 2
    assert right in shown.err
    assert shown.out == ""
    assert len(shown.err.splitlines()) <= 6
    assert not CONTROLS & set(shown.err)


def test_a_broken_plugin_is_named_with_its_line_and_does_not_take_the_help_away(tmp_path: Path):
    (tmp_path / "bad.py").write_text("import nothing_of_that_name\n", "utf-8")
    shown = freshmark("list", "--plugin", tmp_path / "bad.py")
    assert shown.returncode == 2
    assert "bad.py:1" in shown.stderr
    assert "nothing_of_that_name" in shown.stderr
    assert "Traceback" not in shown.stderr
    shown = freshmark("--help", FRESHMARK_PLUGIN=str(tmp_path / "bad.py"))
    assert shown.returncode == 0
    assert "bad.py:1" in shown.stderr
    assert "Usage: freshmark" in shown.stdout


COMMAND = '''
from freshmark import hookimpl


@hookimpl
def register_commands(app):
    @app.command("{name}")
    def command(times: int = 1):
        """Say hello."""
        print("hello " * times)
'''


def test_a_plugin_adds_a_command(tmp_path: Path):
    (tmp_path / "mine.py").write_text(COMMAND.format(name="hello"), "utf-8")
    plugin = {"FRESHMARK_PLUGIN": str(tmp_path / "mine.py")}
    assert "hello" in freshmark("--help", **plugin).stdout
    assert freshmark("hello", "--times", "2", **plugin).stdout == "hello hello \n"
    assert freshmark("hello", FRESHMARK_DISABLE="mine", **plugin).returncode == 2


def test_a_plugin_cannot_take_the_name_of_a_command(tmp_path: Path):
    (tmp_path / "mine.py").write_text(COMMAND.format(name="run"), "utf-8")
    shown = freshmark("--help", FRESHMARK_PLUGIN=str(tmp_path / "mine.py"))
    assert "error FM306" in shown.stderr
    assert "'run'" in shown.stderr


def test_a_reader_that_has_seen_enough_is_not_an_error():
    shown = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {sys.executable} -m freshmark list errors | head -1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.stdout.count("\n") == 1
    assert shown.stderr == ""
