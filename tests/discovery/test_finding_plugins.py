"""Which plugins are loaded: the contract they need, blocked ones, and names inside a plugin file."""

from __future__ import annotations

import sys

import pytest
from freshmark import Results
from freshmark.cli import main
from freshmark.discovery.plugins import blocked_in, find_plugins
from freshmark.errors import PluginError, UnknownName, UsageError
from freshmark.runs.catalogue.registry import load
from freshmark.runs.plan.toml import read_plan
from freshmark.version import CONTRACT

OFFER = "from freshmark import hookimpl\n@hookimpl\ndef register_models(): return {'one': 'json:dumps'}\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])  # a plugin file adds its folder

    def write(text, name="mine.py"):
        file = tmp_path / name
        file.write_text(text)
        return file

    return write


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """An installed third-party plugin that fails when it is imported."""
    info = tmp_path / "freshmark_bad-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: freshmark-bad\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[freshmark]\nbad = bad_plugin_module\n")
    (tmp_path / "bad_plugin_module.py").write_text("raise RuntimeError('imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    return "freshmark-bad:bad"


@pytest.mark.parametrize("needed", ["", "freshmark_contract = 1\n"])
def test_a_plugin_may_declare_the_contract_that_this_version_offers(write, needed):
    assert load([write(needed + OFFER)], installed=False).names("models") == ["one"]


def test_a_plugin_that_needs_a_newer_contract_is_refused_with_both_versions(write):
    with pytest.raises(PluginError, match=rf"mine.py' needs version {CONTRACT + 1} .* offers {CONTRACT}") as refused:
        load([write(f"freshmark_contract = {CONTRACT + 1}\n" + OFFER)], installed=False)
    assert refused.value.code == "FM315"


def test_the_contract_is_compared_before_hooks_that_only_a_newer_one_has(write):
    newer = "freshmark_contract = 99\n" + OFFER + "@hookimpl\ndef register_futures(): ...\n"
    with pytest.raises(PluginError) as refused:
        load([write(newer)], installed=False)
    assert refused.value.code == "FM315"


@pytest.mark.parametrize("declared", ["'1'", "True", "0"])
def test_a_contract_that_is_not_a_version_is_refused(write, declared):
    with pytest.raises(PluginError) as refused:
        load([write(f"freshmark_contract = {declared}\n" + OFFER)], installed=False)
    assert refused.value.code == "FM315"


@pytest.mark.parametrize("name", ["freshmark-bad:bad", "freshmark-bad", "bad"])
def test_a_blocked_plugin_is_not_imported(installed, name):
    with pytest.raises(PluginError, match="RuntimeError: imported"):
        load()
    registry = load(disabled=[name])
    assert registry.blocked == (installed,)
    assert "mf" in registry.names("models")
    assert "bad_plugin_module" not in sys.modules


def test_a_plugin_file_can_be_blocked_by_its_path_or_its_name(write):
    file = write("raise RuntimeError('imported')\n")
    for name in (str(file), "mine.py", "mine"):
        assert blocked_in(find_plugins([file], disabled=[name], installed=False)) == (str(file),)


def test_the_environment_blocks_plugins_too(installed, monkeypatch):
    monkeypatch.setenv("FRESHMARK_DISABLE", "bad, datasets")
    registry = load()
    assert registry.blocked == ("freshmark:datasets", installed)
    assert registry.names("streams") == []


def test_an_unknown_name_is_met_with_the_nearest(monkeypatch):
    with pytest.raises(UnknownName, match=r"no plugin 'dataset' \(--no-plugin\); did you mean 'datasets'"):
        load(disabled=["dataset"])
    monkeypatch.setenv("FRESHMARK_DISABLE", "freshmark:plugin")
    with pytest.raises(UnknownName, match=r"FRESHMARK_DISABLE.*did you mean 'freshmark:plugins'"):
        load()


@pytest.mark.parametrize("name", ["local", "freshmark:metrics"])
def test_what_the_harness_cannot_work_without_cannot_be_blocked(name):
    with pytest.raises(UsageError, match="cannot be blocked"):
        load(disabled=[name])


def test_the_list_of_plugins_shows_which_are_blocked(installed, capsys):
    with pytest.raises(SystemExit):
        main(["list", "plugins", "--no-plugin", "bad,reports"])
    rows = {line.split()[0]: line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines()}
    assert rows[installed] == rows["freshmark:reports"] == "blocked"
    assert rows["freshmark:local"] == "1 executor"


LAZY = """
from freshmark import Strategy, hookimpl

@hookimpl
def register_strategies(): return {"own": "lazy_plugin:Own", "near": "beside_it:Near"}

class Own(Strategy):
    'It is in the file.'
    def __init__(self, size=3): self.size = size
"""


def test_a_text_in_a_plugin_file_may_name_the_file_itself_or_a_module_next_to_it(write):
    write("from freshmark import Strategy\nclass Near(Strategy):\n    'It is near.'\n", "beside_it.py")
    registry = load([write(LAZY, "lazy_plugin.py")], installed=False)
    assert registry.describe("strategies", "own") == "It is in the file."
    assert registry.build("strategies", "own(size=5)").size == 5
    assert registry.describe("strategies", "near") == "It is near."
    assert type(registry.build("strategies", "near()")).__name__ == "Near"
    assert "lazy_plugin" not in sys.modules, "the file was imported twice"


def test_a_cell_loads_and_blocks_what_the_command_does_and_the_run_folder_says_so(write, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    score = "lambda self, query: [[1.0]] * len(query)"
    write(f"from freshmark import Strategy\nclass Near(Strategy):\n    score = {score}\n", "beside_it.py")
    file = write(LAZY, "lazy_plugin.py")
    words = [
        "run",
        "-d",
        "drift(preset='tiny')",
        "-s",
        "near()",
        "--every",
        "never",
        "--plugin",
        str(file),
        "-o",
        "out",
    ]
    with pytest.raises(SystemExit) as left:
        main([*words, "--no-report", "--no-plugin", "reports"])
    assert not left.value.code
    assert read_plan(tmp_path / "out" / "plan.toml").no_plugins == ("reports",)
    assert Results.open("out").provenance["blocked_plugins"] == ["freshmark:reports"]
