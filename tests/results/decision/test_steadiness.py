"""Alerts on the machine: its speed within and between cells, its load, its host."""

from __future__ import annotations

import pandas as pd
import pytest
from freshmark.results.decision.steadiness import unsteady
from freshmark.results.tables import Results


def cell(strategy="a()", before=0.010, after=0.010, *, steal=0.0, others=0.0, beside=0):
    return {"strategy": strategy, "every": "1d", "delay": "0s", "kernel_before_seconds": before, "beside": beside,
            "kernel_after_seconds": after, "steal_share": steal, "other_cores": others}  # fmt: skip


def said(*cells):
    return list(unsteady(pd.DataFrame(cells), cores=2))


def test_a_steady_machine_is_no_alert():
    assert said(cell(), cell("b()", 0.0105, 0.0104, steal=0.05, others=0.1)) == []


@pytest.mark.parametrize(
    ("cells", "has"),
    [
        ([cell(after=0.0112), cell("b()")], "during 1 of 2 cells"),
        ([cell(), cell("b()", 0.012, 0.012)], "by up to 20\u00a0% between rows"),
        ([cell(steal=0.2)], "up to 20\u00a0% of the machine's time"),
        ([cell(others=0.5), cell("b()", others=1.5)], "kept 0.50 to 1.5 of 2 cores"),
    ],
)
def test_a_change_of_more_than_a_tenth_is_said(cells, has):
    (text,) = said(*cells)
    assert has in text


def test_a_slow_seed_of_every_row_is_no_difference_between_rows():
    slow, fast = 0.013, 0.010
    assert said(*(cell(name, kernel, kernel) for name in ("a()", "b()") for kernel in (slow, fast))) == []


def test_cells_of_the_same_run_are_no_other_processes():
    assert said(cell(others=1.0, beside=1)) == []


def test_runs_that_did_not_record_it_open_without_an_alert(fabricated, tmp_path):
    results = Results.open(fabricated.fabricate(tmp_path / "run"))
    assert not [alert for alert in results.alerts() if "machine" in alert.text]


def test_the_alert_of_a_run_is_a_warning(fabricated, tmp_path):
    kernel = {"kernel_before_seconds": 0.01, "kernel_after_seconds": 0.02, "steal_share": float("nan"),
              "other_cores": float("nan")}  # fmt: skip
    run = fabricated.fabricate(
        tmp_path / "run", [fabricated.MadeCell("a()", summary=kernel), fabricated.MadeCell("b()")]
    )
    (alert,) = [alert for alert in Results.open(run).alerts() if "speed of the machine" in alert.text]
    assert alert.level == "warning"
    assert "during 1 of 1 cells" in alert.text
