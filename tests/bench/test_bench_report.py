"""How long a page takes: many windows of some strategies, and many cells of few windows."""

from __future__ import annotations

import pytest
from freshmark.results.plugins import imported
from freshmark.results.tables import Results
from freshmark_reports import register_sections
from freshmark_reports.html import write

SCHEDULES = ("never", "1w", "1d", "1h")


def drawn(benchmark, folder, rounds):
    """Bytes of the page; everything is read anew each time."""
    sections = {name: imported(place) for name, place in register_sections().items()}
    page = folder / "report.html"

    def draw():
        write(Results.open(folder, metrics={}), page, sections)

    benchmark.pedantic(draw, rounds=rounds)
    assert "could not be made" not in page.read_text("utf-8")
    return page.stat().st_size


@pytest.mark.benchmark(group="report")
def test_twenty_strategies_over_a_thousand_windows(benchmark, fabricated, tmp_path):
    cells = [fabricated.MadeCell(f"s{place}()", "1d", 0.1 + place / 50) for place in range(20)]
    stream = fabricated.MadeStream(events=30_000, windows=1000, oracle=False)
    assert drawn(benchmark, fabricated.fabricate(tmp_path / "run", cells, [stream]), 3) < 1536 * 1024


@pytest.mark.benchmark(group="report")
def test_two_thousand_cells(benchmark, fabricated, tmp_path):
    cells = [fabricated.MadeCell(f"s{place}()", every, 0.1 + place / 100, seed=seed)
             for place in range(50) for every in SCHEDULES for seed in range(10)]  # fmt: skip
    stream = fabricated.MadeStream(events=240, windows=8, users=60, items=80)
    assert drawn(benchmark, fabricated.fabricate(tmp_path / "run", cells, [stream]), 1) < 1536 * 1024
