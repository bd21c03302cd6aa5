"""The registry finds what plugins offer, builds what expressions say, and names who is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from freshmark.errors import PluginError, UnknownName, UsageError
from freshmark.runs.catalogue.registry import KINDS, Registry, load

PLUGIN = '''
"""A plugin in a plain file."""
from freshmark import Strategy, hookimpl

class LastSeen(Strategy):
    """Recommend what anyone touched most recently.

    More of it.
    """
    def __init__(self, memory: int = 10_000, *, inner=None, mix=()):
        self.memory, self.inner, self.mix = memory, inner, mix

class Needs(Strategy):
    def __init__(self, size, /, **more):
        self.size, self.more = size, more

def tiny(dim=2):
    """A model."""
    return ("tiny", dim)

@hookimpl
def register_strategies():
    return {"last-seen": LastSeen, "needs": Needs}

@hookimpl
def register_models():
    return {"tiny": tiny}
'''

HEAVY = """
raise RuntimeError('imported')
class Slow:
    'A slow one.'
    def __init__(self, lr=0.1, *, f=max, **kw): pass
"""


def offering(models: str) -> str:
    return f"from freshmark import hookimpl\n@hookimpl\ndef register_models(): return {models}\n"


@pytest.fixture
def write(tmp_path):
    def write(text, name="mine.py"):
        file = tmp_path / name
        file.write_text(text)
        return file

    return write


@pytest.fixture
def registry(write) -> Registry:
    return load([write(PLUGIN)], installed=False)


def test_names_of_every_kind_come_from_the_hooks(registry):
    assert registry.names("strategies") == ["last-seen", "needs"]
    assert registry.names("models") == ["tiny"]
    assert registry.names("datasets") == registry.names("streams") == []
    assert all(isinstance(registry.names(kind), list) for kind in KINDS)


def test_an_expression_is_built_from_the_inside_out(registry):
    made = registry.build("strategies", "last-seen(memory=3, inner=tiny(dim=4), mix=[last-seen, (tiny(), 1)])")
    assert made.memory == 3
    assert made.inner == ("tiny", 4)
    assert made.mix[0].memory == 10_000
    assert made.mix[1] == (("tiny", 2), 1)


def test_names_inside_a_strategy_are_models_first_then_strategies(write):
    text = PLUGIN.replace('{"tiny": tiny}', '{"tiny": tiny, "needs": tiny}')
    made = load([write(text)], installed=False).build("strategies", "last-seen(inner=needs())")
    assert made.inner == ("tiny", 2)


def test_the_canonical_text_is_checked(registry):
    assert (
        registry.canonical("strategies", 'last-seen( inner = tiny,mix=["a"] )') == "last-seen(inner=tiny(), mix=['a'])"
    )
    with pytest.raises(UnknownName, match="no strategy 'lastseen'; did you mean 'last-seen'"):
        registry.canonical("strategies", "lastseen")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("last-sen()", "no strategy 'last-sen'.*did you mean 'last-seen'"),
        ("last-seen(inner=tinny())", "no model, strategy or stream 'tinny'.*did you mean 'tiny'"),
        ("last-seen(memry=3)", "option of 'last-seen' is called 'memry'.*did you mean 'memory'"),
        ("last-seen(inner=tiny(dims=3))", "option of 'tiny' is called 'dims'.*did you mean 'dim'"),
        ("last-seen(1, 2)", "too many positional arguments.*it is last-seen"),
        ("last-seen(1, memory=2)", "multiple values for argument 'memory'"),
        ("needs()", "missing a required argument: 'size'"),
    ],
)
def test_what_an_expression_gets_wrong_is_said_with_what_would_be_right(registry, text, message):
    with pytest.raises(UsageError, match=message):
        registry.build("strategies", text)


def test_options_of_any_name_are_taken_where_the_factory_takes_them(registry):
    assert registry.build("strategies", "needs(1, anything=2)").more == {"anything": 2}


def test_a_thing_says_what_it_is_and_which_options_it_has(registry):
    assert registry.describe("strategies", "last-seen") == "Recommend what anyone touched most recently."
    assert registry.describe("models", "tiny") == "A model."
    assert list(registry.signature("strategies", "last-seen").parameters) == ["memory", "inner", "mix"]
    assert registry.plugin("strategies", "last-seen").endswith("mine.py")


def test_what_stands_in_another_module_is_described_without_importing_it(write, monkeypatch, tmp_path):
    write(HEAVY, "heavy.py")
    plugin = write(offering("{'slow': 'heavy:Slow'}"))
    monkeypatch.syspath_prepend(tmp_path)
    registry = load([plugin], installed=False)
    assert registry.describe("models", "slow") == "A slow one."
    assert str(registry.signature("models", "slow")) == "(lr=0.1, *, f=max, **kw)"
    assert registry.canonical("models", "slow(lr=1)") == "slow(lr=1)"
    assert registry.file("models", "slow") == tmp_path / "heavy.py"
    with pytest.raises(PluginError, match=r"cannot give 'heavy:Slow': RuntimeError: imported \(.*heavy.py:2\)"):
        registry.factory("models", "slow")


def test_options_that_need_an_import_are_read_too(write, monkeypatch, tmp_path):
    write("from dataclasses import dataclass\n@dataclass\nclass Plain:\n    lr: float = 0.5\n", "plain_model.py")
    plugin = write(
        "from freshmark import hookimpl\n@hookimpl\ndef register_models(): return {'plain': 'plain_model:Plain'}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    registry = load([plugin], installed=False)
    assert list(registry.signature("models", "plain").parameters) == ["lr"]
    assert registry.build("models", "plain(lr=2)").lr == 2


def test_a_name_offered_twice_names_both_plugins(write):
    registry = load([write(PLUGIN), write(PLUGIN, "other.py")], installed=False)
    with pytest.raises(PluginError, match=r"two plugins offer the (strategy|model) .*mine\.py' and '.*other\.py'"):
        registry.names("strategies")


def test_a_factory_by_hand_is_a_strategy_too(registry):
    registry.offer("strategies", "Path", "pathlib:Path")
    assert registry.build("strategies", "Path('a')") == Path("a")
    with pytest.raises(PluginError, match="two plugins offer the strategy 'Path'"):
        registry.offer("strategies", "Path", "pathlib:Path")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "@hookimpl\ndef register_strategys(): ...",
            "implements 'register_strategys', which is not a hook.*did you mean 'register_strategies'",
        ),
        (
            "def register_models(): ...\n@hookimpl\ndef run_finished(): ...",
            "'register_models' of plugin .* is not marked.*put @hookimpl",
        ),
        ("@hookimpl\ndef cell_finished(cel): ...", "cel"),
        (
            "import does_not_exist_anywhere",
            r"imported: ModuleNotFoundError.*mine.py:2.*install 'does_not_exist_",
        ),
        ("1 / 0", r"cannot be imported: ZeroDivisionError: division by zero \(.*mine.py:2\)"),
        ("def f(:", r"cannot be imported: SyntaxError.*mine.py:2"),
        ("x = 1", "the plugin offers nothing"),
    ],
)
def test_a_broken_plugin_is_named_with_its_line(write, text, message):
    with pytest.raises(PluginError, match=message):
        load([write("from freshmark import hookimpl\n" + text)], installed=False)


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ("['a']", "register_models of plugin .*mine.py' returns a list"),
        ("{1: int}", "returns a dict"),
        ("1 / 0", "fails in register_models: ZeroDivisionError"),
        ("{'not a name!': int}", "invalid name 'not a name!'"),
        ("{'gone': 'json:nothing_here'}", "cannot give 'json:nothing_here'"),
        ("{'odd': 3}", "the options of 3 cannot be read"),
    ],
)
def test_a_hook_that_returns_nonsense_names_its_plugin(write, returned, message):
    registry = load([write(offering(returned))], installed=False)
    with pytest.raises(PluginError, match=message):
        [registry.build("models", name) for name in registry.names("models")]


def test_a_missing_plugin_file_is_refused(tmp_path):
    with pytest.raises(PluginError, match="no such plugin file"):
        load([tmp_path / "none.py"], installed=False)
    (tmp_path / "log.csv").write_text("a,b")
    with pytest.raises(PluginError, match="not a Python file"):
        load([tmp_path / "log.csv"], installed=False)


def test_an_installed_plugin_that_cannot_be_imported_is_named(tmp_path, monkeypatch):
    info = tmp_path / "broken_one-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-one\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[freshmark]\nmain = broken_one_module\n")
    (tmp_path / "broken_one_module.py").write_text("\nimport a_missing_library\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(
        PluginError, match=r"plugin 'broken-one:main' cannot be imported.*broken_one_module.py:2.*install 'a_missing"
    ):
        load()


def test_listing_what_is_installed_imports_nothing_heavy(tmp_path):
    code = (
        "import sys\nfrom freshmark.runs.catalogue.registry import load, KINDS\nregistry = load()\n"
        "for kind in KINDS:\n    [(registry.describe(kind, name)) for name in registry.names(kind)]\n"
        "print(sorted({'torch', 'pandas', 'seaborn', 'numba', 'pyarrow'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.strip() == "[]"
