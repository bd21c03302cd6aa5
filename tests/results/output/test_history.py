"""The history of a folder of runs, and where a row changed."""

from __future__ import annotations

import pandas as pd
import pytest
from freshmark.cli import app
from freshmark.results.output.history import history_of
from freshmark.results.tables import Results
from typer.testing import CliRunner

NIGHTS = 12
BETTER_FROM = 6


@pytest.fixture(scope="module")
def nights(fabricated, tmp_path_factory):
    """Twelve runs; a() is better from the seventh on, measured by machines of which every second is twice as slow."""
    folder = tmp_path_factory.mktemp("nights")
    for night in range(NIGHTS):
        kernel = 0.01 * (1 + night % 2)
        summary = {"kernel_before_seconds": kernel, "kernel_after_seconds": kernel, "steal_share": 0.0,
                   "other_cores": 0.0, "fit_cpu_seconds": kernel, "update_cpu_seconds": kernel,
                   "answer_cpu_seconds": kernel}  # fmt: skip
        skill = 0.3 if night < BETTER_FROM else 0.6
        cells = [fabricated.MadeCell("a()", skill=skill, summary=summary, luck=night)]
        stream = fabricated.MadeStream(events=600, windows=8, oracle=False)
        fabricated.fabricate(folder / f"night-{night:02d}", cells, [stream])
    return folder


def test_the_first_run_of_a_new_level_is_marked(nights):
    table = history_of(nights, Results.open).table
    assert list(table["run"]) == [f"night-{night:02d}" for night in range(NIGHTS)]
    assert list(table.loc[table["value_changed"], "run"]) == [f"night-{BETTER_FROM:02d}"]


def test_costs_are_those_of_one_machine(nights):
    table = history_of(nights, Results.open).table
    assert table["cpu_seconds_per_million"].tolist() == pytest.approx([0.03 * 1e6 / 600] * NIGHTS)
    assert not table["cpu_changed"].any()


def test_two_runs_are_no_history(fabricated, tmp_path):
    for name in ("one", "two"):
        fabricated.fabricate(tmp_path / name, [fabricated.MadeCell()], [fabricated.MadeStream(events=300, windows=6)])
    assert history_of(tmp_path, Results.open) is None


def test_the_index_links_the_history(nights):
    done = CliRunner().invoke(app, ["report", "--index", str(nights)])
    assert done.exit_code == 0, done.output
    assert 'href="history.html"' in (nights / "index.html").read_text("utf-8")
    text = (nights / "history.html").read_text("utf-8")
    assert "changed at" in text
    assert f"night-{BETTER_FROM:02d}" in text
    done = CliRunner().invoke(app, ["report", "--index", str(nights), "--format", "csv"])
    assert len(pd.read_csv(nights / "history.csv")) == NIGHTS
