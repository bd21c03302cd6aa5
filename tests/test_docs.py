"""The documentation is executed: commands, code blocks, generated pages, links, and a heading for each hook."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import freshmark
import numpy as np
import pytest
from freshmark.cli import app
from freshmark.discovery.plugins import HOOKS
from freshmark.runs.catalogue.registry import load
from freshmark.runs.plan.toml import read_plan
from typer.testing import CliRunner

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text("utf-8")
PLUGINS = (DOCS / "plugins.md").read_text("utf-8")
INDEX = (DOCS / "index.md").read_text("utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language, without their fences."""
    fenced = text.split("\n```")[1:]  # opening, closing, opening, closing …
    opened = [block.partition("\n") for block in fenced[::2]]
    return [f"{body}\n" for said, _, body in opened if said == language]


def commands(text: str, language: str) -> list[list[str]]:
    return [shlex.split(line) for block in blocks(text, language) for line in block.splitlines() if line]


def succeed(words: list[str]) -> None:
    """Run a freshmark command in this process, where the libraries are imported already."""
    done = CliRunner().invoke(app, words[1:])
    assert words[0] == "freshmark"
    assert done.exit_code == 0, f"{shlex.join(words)}\n{done.output}"


def python(*words: str) -> str:
    """What Python prints in a process of its own."""
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to try things in, with the README's plugin as mine.py, and a log."""
    folder = tmp_path_factory.mktemp("docs")
    rng = np.random.default_rng(5)
    rows = zip(rng.integers(0, 30, 1_000), rng.integers(0, 40, 1_000), range(0, 1_800_000, 1_800), strict=True)
    (folder / "log.csv").write_text("user,item,time\n" + "".join(f"u{u},i{i},{t}\n" for u, i, t in rows), "utf-8")
    (folder / "mine.py").write_text(next(block for block in blocks(README, "python") if "hookimpl" in block), "utf-8")
    return folder


@pytest.mark.slow
def test_the_first_run_of_the_readme_works_line_by_line(place: Path, monkeypatch):
    monkeypatch.chdir(place)
    for words in commands(README, "sh"):
        succeed(words)
    assert (place / "runs" / "mine" / "report.md").is_file()


@pytest.mark.slow
def test_the_plugin_of_the_first_page_is_checked_measured_and_reported(tmp_path: Path, monkeypatch):
    plugin, _, its_test = blocks(INDEX, "python")
    (tmp_path / "mine.py").write_text(plugin, "utf-8")
    (tmp_path / "test_mine.py").write_text(its_test, "utf-8")
    monkeypatch.chdir(tmp_path)
    for words in commands(INDEX, "sh"):
        succeed(words)
    assert "2 passed" in python("-m", "pytest", "-q", "test_mine.py")
    assert "## Top three" in (tmp_path / "runs" / "trending" / "report.md").read_text("utf-8")


def test_the_family_of_the_first_page_makes_a_metric_at_any_k():
    _, family, _ = blocks(INDEX, "python")
    shown = 'metric = FAMILY["first@K"](5)\nprint(metric.name, metric.better)'
    assert python("-c", f"from freshmark import Metric, MetricFamily\n{family}\n{shown}") == "first@5 higher\n"


@pytest.mark.slow
def test_the_python_of_the_readme_works(place: Path, monkeypatch):
    (code,) = (block for block in blocks(README, "python") if "freshmark.run(" in block)
    monkeypatch.chdir(place)
    assert "recency()" in python("-c", code)
    assert (place / "out.html").is_file()


@pytest.mark.parametrize(
    "words",
    [words for words in commands(README + INDEX, "") if words[:2] == ["freshmark", "run"]],
    ids=lambda words: shlex.join(words)[:60],
)
def test_every_other_run_of_the_readme_and_the_first_page_could_run(words, place: Path, monkeypatch):
    monkeypatch.chdir(place)
    succeed([*words, "--dry-run"])


def test_the_commands_of_the_makefile_are_those_of_the_readme():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"demo", "test"} <= targets
    assert set(re.findall(r"\bmake ([a-z]+)", README)) <= targets


def test_the_plugin_of_the_readme_is_the_example_and_has_at_most_30_lines():
    example = (ROOT / "examples" / "last-seen" / "last_seen.py").read_text("utf-8")
    for text in (README, PLUGINS):
        block = next(block for block in blocks(text, "python") if "class LastSeen" in block)
        assert example.endswith(block)
        assert block.count("\n") <= 30


@pytest.mark.slow
def test_the_plugin_of_the_readme_passes_the_check(place: Path, monkeypatch):
    monkeypatch.chdir(place)
    (words,) = (words for words in commands(PLUGINS, "") if words[:2] == ["freshmark", "check"])
    succeed(words)


@pytest.mark.parametrize("file", sorted((ROOT / "examples").glob("*.toml")), ids=lambda file: file.name)
def test_every_plan_of_the_examples_can_be_parsed_and_its_names_exist(file):
    plan = read_plan(file)
    registry = load(plan.plugins)
    for kind, texts in (("streams", plan.streams), ("strategies", plan.strategies)):
        for text in texts:
            assert registry.canonical(kind, text)


@pytest.mark.parametrize("hook", sorted(HOOKS))
def test_every_hook_has_a_heading_and_an_example_that_loads(hook, tmp_path: Path):
    section = re.search(rf"^### {hook}\n(.*?)(?=^##|\Z)", PLUGINS, re.MULTILINE | re.DOTALL)
    assert section, f"docs/plugins.md has no heading {hook}"
    (example,) = blocks(section[1], "python")
    file = tmp_path / "example.py"
    file.write_text(example, "utf-8")
    registry = load([file], installed=False)
    callers = registry.manager.get_hookcallers(registry.manager.get_plugin(str(file))) or []
    assert [caller.name for caller in callers] == [hook]


def test_the_examples_of_metrics_segments_and_meters_measure_something(tmp_path: Path):
    for hook in ("register_metrics", "register_segments", "register_meters"):
        section = re.search(rf"^### {hook}\n(.*?)(?=^##|\Z)", PLUGINS, re.MULTILINE | re.DOTALL)
        assert section
        (tmp_path / f"{hook}.py").write_text(blocks(section[1], "python")[0], "utf-8")
    files = sorted(tmp_path.glob("*.py"))
    results = freshmark.run(
        streams="drift('tiny')", strategies="popularity()", folder=tmp_path / "run", plugins=files
    ).ranked_by("hits@5")
    table = results.measurements
    whole = table[table["window"] == -1].set_index(["metric", "segment"])["value"]
    assert results.faults == []
    assert whole["hits@10", "all"] == whole["hr@10", "all"] > 0
    assert whole["users-reached", "heavy users"] > whole["hits@10", "heavy users"]
    assert 0 < whole["ndcg@10", "light users"] < 1
    assert whole["open_files", "all"] > 3


@pytest.mark.parametrize("hook", sorted(HOOKS))
def test_every_hook_has_a_test_that_fills_it(hook):
    texts = [file.read_text("utf-8") for file in (ROOT / "tests").rglob("*.py")]
    assert any(re.search(rf"def {hook}\(", text) for text in texts), f"no test implements {hook}"


def script(name: str) -> ModuleType:
    """A module of the folder docs, which is not a package."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def generated() -> dict[Path, str]:
    pages: dict[Path, str] = script("generate").pages()
    return pages


@pytest.mark.parametrize("name", ["cli.md", "errors.md", "streams.md"])
def test_generated_pages_are_up_to_date(name, generated):
    assert (DOCS / name).read_text("utf-8") == generated[DOCS / name], "python docs/generate.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_project_lead_somewhere(page: Path):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation as mkdocs builds it where every warning is an error."""
    pytest.importorskip("mkdocs", reason="the extra `docs` is not installed")
    folder = tmp_path_factory.mktemp("site")
    with contextlib.chdir(ROOT):
        python("-m", "mkdocs", "build", "--strict", "--site-dir", str(folder))
    return folder


@pytest.mark.slow
def test_the_reference_has_an_entry_for_every_public_name_and_hook(site: Path):
    pages = "".join(
        (site / name).read_text("utf-8") for name in ("api.html", "reporting.html", "testing.html", "hooks.html")
    )
    names = script("reference").public_names()
    assert len(names) > len(HOOKS)
    assert [name for name in names if f'id="{name}"' not in pages] == []


@pytest.mark.slow
@pytest.mark.browser
def test_the_site_asks_no_other_server_for_anything(site: Path, chromium):
    asked: list[str] = []
    tab = chromium.new_page()
    tab.on("request", lambda request: asked.append(request.url))
    for page in ("index", "api", "cli", "streams"):
        tab.goto((site / f"{page}.html").as_uri(), wait_until="networkidle")
    assert len(asked) > 4
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_the_changelog_and_the_citation_have_the_version_that_this_is():
    changelog, citation = ((ROOT / name).read_text("utf-8") for name in ("CHANGELOG.md", "CITATION.cff"))
    unreleased, released, *_ = re.findall(r"^## \[(.+?)\]", changelog, re.MULTILINE)
    assert unreleased == "Unreleased"
    assert ".dev" in freshmark.__version__ or released == freshmark.__version__
    assert f"\nversion: {released}\n" in citation
