"""docs/clicks.md is held to the code: it names every option, its command could run, its numbers come out."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from freshmark.cli import main
from freshmark_datasets.simulators.clicks.click_options import ClickOptions

PAGE = (Path(__file__).parents[4] / "docs" / "clicks.md").read_text("utf-8")


def block(language):
    (result,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return result


def test_it_has_every_option_with_its_default():
    table = PAGE.split("## Options")[1].split("## ")[0]
    for option in fields(ClickOptions):
        (row,) = (line for line in table.splitlines() if f"`{option.name}`" in "".join(line.split("|")[1:2]))
        default = f"{option.default:,}" if isinstance(option.default, int) else str(option.default)
        assert default.removeprefix("0.").removesuffix(".0") in row.split("|")[2]


def test_its_run_is_a_plan_that_could_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (line,) = (line for line in PAGE.splitlines() if line.startswith("freshmark run"))
    with pytest.raises(SystemExit) as left:
        main([*shlex.split(line)[1:], "--dry-run"])
    assert left.value.code == 0
    assert "96 cells" in capsys.readouterr().err


def test_its_estimates_are_those_that_come_out(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[4] / "examples"))
    space: dict[str, Any] = {}
    exec(block("python").replace("print(", "shown = ("), space)
    ips, error, snips, logged = space["shown"]
    said = re.search(r"gives \.(\d+) ± \.(\d+) \(IPS\) and \.(\d+) .* where \.(\d+) was logged", PAGE)
    assert said
    numbers = [int(one) / 1e4 for one in said.groups()]
    assert numbers == pytest.approx([ips, error, snips, logged], abs=6e-5)
