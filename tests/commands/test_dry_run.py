"""``--dry-run``: the updates that are due, counted without measuring."""

from __future__ import annotations

import pytest
from freshmark.commands.dry_run import show_cells
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.runs.catalogue.registry import load
from freshmark.runs.plan.plan import Plan
from freshmark.runs.store.prepared_streams import prepare

STREAM = "drift(preset='tiny')"


@pytest.fixture(scope="module")
def registry():
    return load()


def rows(plan, registry, capsys):
    show_cells(plan, registry)
    said = capsys.readouterr()
    return [line.split() for line in said.out.splitlines()[1:]], said.err


def test_each_cell_says_how_many_updates_are_due(registry, capsys):
    prepare(registry, STREAM)
    plan = Plan((STREAM,), ("popularity()",), ("never", "1d", "30d", "52w", "drift(detector='adwin')"), seeds=(0, 1))
    shown, notes = rows(plan, registry, capsys)
    by = {row[3]: row[6:] for row in shown}
    assert by["never"] == ["0"]
    assert int(by["1d"][0]) > 1
    assert int(by["30d"][0]) == 1
    assert by["52w"] == ["0"]
    assert by["drift(detector='adwin')"] == ["when", "detected"]
    assert notes.count("No update is due every 52w on") == 1
    assert "never" not in notes.partition("No update")[2].partition("Those")[0]


def test_a_measured_delay_has_at_most_so_many(registry, capsys):
    prepare(registry, STREAM)
    (free, measured), _ = rows(Plan((STREAM,), ("popularity()",), ("1d",), ("0s", "measured")), registry, capsys)
    assert measured[6:] == ["at", "most", free[6]]


def test_a_stream_that_is_not_prepared_is_not_built(registry, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("FRESHMARK_CACHE", str(tmp_path))
    ((*_, updates),), notes = rows(Plan((STREAM,), ("popularity()",)), registry, capsys)
    assert updates == "?"
    assert "freshmark data fetch" in notes
    assert not list(tmp_path.iterdir())


def test_a_schedule_is_counted_once_however_many_cells_have_it(registry, capsys, monkeypatch):
    prepare(registry, STREAM)
    counted = []
    updates = Schedule.updates

    def counting(self, *args, **more):
        counted.append(self)
        return updates(self, *args, **more)

    monkeypatch.setattr(Schedule, "updates", counting)
    shown, _ = rows(Plan((STREAM,), ("popularity()", "recency()"), ("1d",), seeds=tuple(range(50))), registry, capsys)
    assert len(shown) == 100
    assert len(counted) == 1
