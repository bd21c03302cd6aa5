"""An executor that knows only the public interface measures what the local one measures, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from freshmark import Results
from freshmark.cli import main

EXECUTOR = Path(__file__).parents[2] / "examples" / "subprocess_executor.py"


def outcomes(folder: Path) -> dict[str, bytes]:
    """Key of a cell → the bytes of its outcomes."""
    return {file.parent.name: file.read_bytes() for file in folder.glob("cells/*/outcomes.parquet")}


def test_the_tables_are_those_of_the_local_executor(tmp_path, monkeypatch):
    monkeypatch.setenv("FRESHMARK_CACHE", str(tmp_path / "cache"))
    usual = ["run", "-d", "drift(preset='tiny')", "-s", "popularity", "-s", "finetune(mf(dim=4))", "--every", "never"]
    for name, options in (("local", []), ("subprocess", ["--plugin", str(EXECUTOR)])):
        with pytest.raises(SystemExit) as left:
            main([*usual, "-o", str(tmp_path / name), "--executor", name, "--no-report", *options])
        assert left.value.code == 0
    local, other = outcomes(tmp_path / "local"), outcomes(tmp_path / "subprocess")
    assert len(local) == 2
    assert other == local
    assert set(Results.open(tmp_path / "subprocess").cells.status) == {"ok"}
