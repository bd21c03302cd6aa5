"""What import-linter cannot say: who prints, and that the linter's own contracts name every module there is."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = [ROOT / "harness", ROOT / "plugins", ROOT / "datasets", ROOT / "reports"]
SOURCES = [file for folder in FOLDERS for file in sorted(folder.rglob("*.py"))]
TERMINAL = ROOT / "harness" / "freshmark" / "commands"


def prints(file: Path) -> list[int]:
    """The lines where a module writes to the terminal."""
    found = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="print")) | ast.Attribute(value=ast.Name(id="typer"), attr="echo" | "secho"):
                found.append(node.lineno)
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr"), attr="write"):
                found.append(node.lineno)
    return found


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_only_the_commands_write_to_the_terminal(file: Path):
    if file.is_relative_to(TERMINAL):
        pytest.skip("this layer prints")
    assert prints(file) == []


def test_the_layer_that_prints_does(tmp_path: Path):
    assert prints(TERMINAL / "terminal" / "outlet.py")
    file = tmp_path / "loud.py"
    file.write_text("def f():\n    print(1)\n", "utf-8")
    assert prints(file) == [2]


def test_every_part_of_the_harness_has_its_place_among_the_layers():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = config["tool"]["importlinter"]["contracts"][0]["layers"]
    placed = {name for layer in layers for name in layer.split(" | ")}
    parts = {path.stem for path in (ROOT / "harness" / "freshmark").iterdir() if path.suffix in ("", ".py")}
    parts -= {"__init__", "__main__", "__pycache__"}
    assert {f"freshmark.{part}" for part in parts} == placed


def test_a_source_root_is_no_package():
    for folder in FOLDERS:
        assert not (folder / "__init__.py").exists()
        assert [path.name for path in folder.iterdir() if path.is_dir() and path.name != "__pycache__"] in (
            ["freshmark"], [f"freshmark_{folder.name}"],
        )  # fmt: skip
