"""``freshmark new-plugin``: a package with a strategy that works, to be changed into one's own."""

from __future__ import annotations

import re
import sys
from importlib.resources import files
from keyword import iskeyword
from pathlib import Path
from typing import Annotated

import typer

from freshmark.commands.outlet import note, say
from freshmark.errors import UsageError

FILES = {
    "project.txt": "pyproject.toml",
    "strategy.txt": "@MODULE@.py",
    "test.txt": "test_@MODULE@.py",
    "readme.txt": "README.md",
}
"""Template → what it becomes."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def new_plugin_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the strategy is called, such as last-seen.")],
) -> None:
    """Write a package with a strategy of your own into a new folder NAME, and print the folder.

    It is complete: it can be installed, checked and run as it is.
    """
    say(str(written(name, Path(name))))
    note(f"next: freshmark check --plugin {name}/{name.replace('-', '_')}.py '{name}()'")


def written(name: str, folder: Path) -> Path:
    """The folder, with every file of the template in it.

    Raises:
        UsageError: the name is none, or the folder is there already.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a plugin", remedy="lower-case letters, digits and -, a letter first")
    if iskeyword(name) or name.replace("-", "_") in sys.stdlib_module_names:
        raise UsageError(f"{name!r} is the name of something in Python", remedy="choose another name")
    words = {
        "@NAME@": name,
        "@MODULE@": name.replace("-", "_"),
        "@DISTRIBUTION@": f"freshmark-{name}",
        "@CLASS@": name.title().replace("-", ""),
    }
    try:
        folder.mkdir(parents=True)
        for template, target in FILES.items():
            text = (files("freshmark.commands") / "template" / template).read_text("utf-8")
            (folder / _filled(target, words)).write_text(_filled(text, words), "utf-8")
    except FileExistsError as error:
        raise UsageError(f"{folder} is there already", remedy="choose another name") from error
    except OSError as error:
        what = f"the folder cannot be written: {error.strerror}"
        raise UsageError(what, where=str(folder)[:80], remedy="another name, or another place") from error
    return folder


def _filled(text: str, words: dict[str, str]) -> str:
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text
