"""The examples of docs/plugins.md that are not of a hook work too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from freshmark import Results
from freshmark.runs.catalogue.registry import load
from freshmark.testing import check_section, check_strategy, failures

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text("utf-8")


@pytest.fixture
def example(tmp_path):
    """The one python block that contains a text, as a file."""

    def example(text):
        (block,) = (
            block.partition("```")[0] for block in PAGE.split("```python\n")[1:] if text in block.partition("```")[0]
        )
        file = tmp_path / "example.py"
        file.write_text(block, "utf-8")
        return file

    return example


def test_the_strategy_with_tasks_passes_its_check(example):
    space: dict[str, Any] = {}
    exec(example("class ClickRate").read_text("utf-8"), space)
    findings = check_strategy(space["ClickRate"])
    assert not failures(findings)
    assert all("click" in finding.check for finding in findings)


def test_the_section_with_a_chart_passes_its_check(example, fabricated, tmp_path):
    section = load([example("Chart(draw")], installed=False).factory("sections", "seconds")
    cells = [fabricated.MadeCell("a()"), fabricated.MadeCell("b()")]
    results = Results.open(fabricated.fabricate(tmp_path / "run", cells))
    assert not failures(check_section(section, results))
    assert section(results).order == 250
