"""Cells whose cost decides are measured again, alone, and their accuracy does not change by a byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from freshmark.replay.timeline import Settings
from freshmark.results.decision.deciding_costs import deciding_rows
from freshmark.results.tables import Results
from freshmark.runs.campaign import Campaign
from freshmark.runs.catalogue.registry import load
from freshmark.runs.jobs import JobResult
from freshmark.runs.plan.plan import Plan


def judged(fabricated, tmp_path, cells, **terms):
    results = Results.open(fabricated.fabricate(tmp_path / "run", cells)).tolerating("30%")
    return results, next(iter(results._decisions.judgements(None).values()))


def test_of_rows_that_are_shown_those_decide_whose_cost_is_near_the_lowest(fabricated, tmp_path):
    cell = fabricated.MadeCell
    cells = [cell("a()", skill=0.5, beside=1), cell("b()", skill=0.5, beside=1), cell("c()", skill=0.05, beside=1),
             cell("d()", skill=0.5, update_seconds=9.0, beside=1)]  # fmt: skip
    results, judgement = judged(fabricated, tmp_path, cells)
    assert {row.strategy for row in deciding_rows(judgement)} == {"a()", "b()"}
    keys = results.cells.set_index("key")["strategy"]
    assert {keys[key] for key in results.timed_in_company()} == {"a()", "b()"}


def test_where_one_row_is_shown_no_cost_decides(fabricated, tmp_path):
    cells = [fabricated.MadeCell("a()", skill=0.5, beside=1), fabricated.MadeCell("c()", skill=0.05, beside=1)]
    results, judgement = judged(fabricated, tmp_path, cells)
    assert deciding_rows(judgement) == []
    assert results.timed_in_company() == []


def test_cells_that_ran_alone_are_not_measured_again(fabricated, tmp_path):
    results, _ = judged(fabricated, tmp_path, [fabricated.MadeCell("a()"), fabricated.MadeCell("b()")])
    assert results.timed_in_company() == []


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    plan = Plan(("drift(preset='tiny')",), ("popularity()", "recency()"), settings=Settings(probes=2))
    with Campaign(plan, tmp_path_factory.mktemp("runs") / "run", load(), jobs=2) as campaign:
        campaign.measure()
        yield campaign


def files(campaign, key):
    return {path.name: path.read_bytes() for path in (campaign.folder / "cells" / key).glob("*.parquet")}


def test_the_pass_replaces_costs_and_keeps_accuracy(campaign):
    keys = [cell.key for cell in campaign._cells]
    before = {key: files(campaign, key) for key in keys}
    assert campaign.time_alone(keys[:1]) == 1
    again, other = (files(campaign, key) for key in keys)
    assert again["outcomes.parquet"] == before[keys[0]]["outcomes.parquet"]
    assert again["lists.parquet"] == before[keys[0]]["lists.parquet"]
    assert again["updates.parquet"] != before[keys[0]]["updates.parquet"]
    assert other == before[keys[1]]
    results = Results.open(campaign.folder)
    cells = results.cells.set_index("key")
    assert cells.loc[keys[0], "timing_pass"] == 1
    assert cells.loc[keys[0], "beside"] == 0
    assert results.recorded.provenance["timing_pass"] == [{"cells": 1, "kept": 1}]
    assert any("come from a pass at the end" in alert.text for alert in results.alerts())
    assert campaign._store.finished() == set(keys)


def test_other_outcomes_change_nothing(campaign, tmp_path):
    key = campaign._cells[1].key
    before = files(campaign, key)
    measured = Path(campaign.folder / "cells" / ".tmp-alone-x")
    measured.mkdir()
    other = JobResult(status="ok", result={"digests": {"outcomes.parquet": "0" * 64}, "summary": json.loads("{}")})
    assert not campaign._store.retime(key, other, measured)
    assert files(campaign, key) == before
    assert not measured.exists()


def test_a_pass_that_fails_changes_nothing(campaign):
    key = campaign._cells[1].key
    before = files(campaign, key)
    assert not campaign._store.retime(key, JobResult(status="oom"), campaign.folder / "cells" / ".tmp-alone-y")
    assert files(campaign, key) == before
