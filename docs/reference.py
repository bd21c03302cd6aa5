"""The reference pages of the site, made from the docstrings of the public modules while mkdocs builds it.

mkdocs calls ``on_files``. Each page lists its names for mkdocstrings; ``since.toml`` has the version that brought each.

python docs/reference.py           adds the names that since.toml lacks, as of this version (part of a release)
"""

from __future__ import annotations

import json
import tomllib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import freshmark
from freshmark.contract import hookspecs

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

SINCE = Path(__file__).parent / "since.toml"
MODULES = ("freshmark", "freshmark.reporting", "freshmark.testing")
HOOKS = [name for name, value in vars(hookspecs).items() if hasattr(value, f"{hookspecs.PROJECT}_spec")]
SUBJECTS = {
    "freshmark.runs.api": "Running and reading results",
    "freshmark.results": "Running and reading results",
    "freshmark.contract.strategy": "Strategies",
    "freshmark.contract.past": "Strategies",
    "freshmark.contract.events": "Strategies",
    "freshmark.contract.model": "Models",
    "freshmark.contract.compiling": "Models",
    "freshmark.contract.streams": "Streams",
    "freshmark.contract.metric": "Metrics and meters",
    "freshmark.contract.section": "Sections of a report",
    "freshmark.errors": "Errors",
    "freshmark.contract": "Hooks and types",
    "freshmark": "Schedules, names and files",
}
"""Module or room that defines a public name → heading; the longest match counts."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the reference pages to those of the folder."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - the extra `docs`

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def pages() -> dict[str, str]:
    """Path within the site → text of every reference page."""
    return {
        "api.md": api_page(),
        "reporting.md": module_page("freshmark.reporting"),
        "testing.md": module_page("freshmark.testing"),
        "hooks.md": hooks_page(),
    }


def api_page() -> str:
    """Every name of ``freshmark``, by subject."""
    subjects: dict[str, list[str]] = {subject: [] for subject in SUBJECTS.values()}
    for name in freshmark.__all__:
        subjects[subject_of(name)].append(f"freshmark.{name}")
    parts = [head("freshmark", "freshmark")]
    for subject, names in subjects.items():
        if names:
            parts += [f"\n## {subject}\n", *map(entry, names)]
    return "".join(parts)


def subject_of(name: str) -> str:
    """The heading of a public name."""
    module = freshmark._PLACE.get(name, "freshmark")  # noqa: SLF001
    while module not in SUBJECTS:
        module = module.rpartition(".")[0]
    return SUBJECTS[module]


def module_page(module: str) -> str:
    """Every name of a public module."""
    return "".join([head(module, module), *(entry(f"{module}.{name}") for name in import_module(module).__all__)])


def hooks_page() -> str:
    """Every hook with its signature."""
    examples = "\n[Writing a plugin](plugins.md#hooks) has an example of each.\n"
    return "".join([head(hookspecs.__name__, "Hooks"), examples, *(entry(f"{hookspecs.__name__}.{h}") for h in HOOKS)])


def head(module: str, title: str) -> str:
    """The title of a page and the docstring of its module."""
    options = "    options: {members: false, show_root_heading: false, show_root_toc_entry: false}\n"
    return f"# {title}\n\n::: {module}\n{options}"


def entry(path: str) -> str:
    """The name for mkdocstrings, and the version that brought it."""
    return f"\n::: {path}\n\n*Since {versions()[path]}*\n"


def versions() -> dict[str, str]:
    """Public name → the version that brought it; what since.toml lacks is of this one."""
    known = {name: version for version, names in tomllib.loads(SINCE.read_text("utf-8")).items() for name in names}
    current = freshmark.__version__.partition(".dev")[0]
    return {name: known.get(name, current) for name in public_names()}


def public_names() -> list[str]:
    """Every name of the public modules, and every hook."""
    names = [f"{module}.{name}" for module in MODULES for name in import_module(module).__all__]
    return [*names, *(f"{hookspecs.__name__}.{hook}" for hook in HOOKS)]


def main() -> None:
    """Write since.toml: version → the public names that it brought."""
    brought: dict[str, list[str]] = {}
    for name, version in sorted(versions().items()):
        brought.setdefault(version, []).append(name)
    lists = (f'"{version}" = {json.dumps(names, indent=4)}\n' for version, names in sorted(brought.items()))
    SINCE.write_text("# Written by docs/reference.py when a version is released.\n" + "\n".join(lists), "utf-8")


if __name__ == "__main__":
    main()
