"""A plan may have 10,000 cells: what a page lists and draws of them, and what it says of the rest."""

import pytest
from freshmark import Chart, Prose, Table
from freshmark_reports.sections import cells, memory, tradeoff
from matplotlib.figure import Figure


@pytest.fixture
def crowded(fabricated, made):
    names = [fabricated.MadeCell(f"s{place}()", status="failed", reason="on purpose") for place in range(520)]
    return made([fabricated.MadeCell("fine()"), *names, fabricated.MadeCell("last()")])


def parts_of(results):
    (section,) = cells.section(results)
    (where,) = (part.text for part in section.parts if isinstance(part, Prose))
    (table,) = (part for part in section.parts if isinstance(part, Table))
    return where, table


def test_of_many_cells_some_are_listed_those_that_failed_first_and_it_is_said(crowded):
    where, table = parts_of(crowded)
    assert len(table.rows) == cells.MOST == 500
    assert {row[2] for row in table.rows} == {"failed"}
    assert where.endswith("Listed: 500 of 522, failed ones first; freshmark export writes all.")


def test_cells_that_fit_are_all_listed_in_their_order(fabricated, made):
    results = made(
        [fabricated.MadeCell("a()"), fabricated.MadeCell("b()", status="timeout"), fabricated.MadeCell("c()")]
    )
    where, table = parts_of(results)
    assert [row[0] for row in table.rows] == ["a() every 1d", "b() every 1d", "c() every 1d"]
    assert "Listed" not in where


def test_of_many_rows_the_front_is_drawn_however_bad_the_cheapest_is(fabricated, made, monkeypatch):
    monkeypatch.setattr(tradeoff, "MOST_MARKS", 2)
    costs = {"best()": 9.0, "dear()": 99.0, "cheap()": 1.0}
    skills = {"best()": 0.9, "dear()": 0.6, "cheap()": 0.1}
    kinds = ("fit_cpu_seconds", "update_cpu_seconds", "answer_cpu_seconds")
    summaries = {name: dict.fromkeys(kinds, cost) for name, cost in costs.items()}
    results = made([fabricated.MadeCell(name, skill=skills[name], summary=summaries[name]) for name in costs])
    (section,) = tradeoff.section(results)
    (chart,) = (part for part in section.parts if isinstance(part, Chart))
    figure = Figure()
    chart.draw(figure)
    drawn = {str(line.get_label()) for line in figure.axes[0].collections}
    assert {"best()", "cheap()"} <= drawn
    assert "dear()" not in drawn
    assert "Drawn are the front and the best of the rest, 2 of 3" in chart.finding


def test_the_keys_of_a_row_are_those_of_its_cells_that_succeeded(fabricated, made):
    rows = [fabricated.MadeCell("a()", seed=seed) for seed in range(3)]
    rows += [fabricated.MadeCell("a()", seed=3, status="failed"), fabricated.MadeCell("a()", "never")]
    results = made(rows)
    stream = next(iter(results.streams))
    assert results.keys_of(stream, "a()", "1d", "0s") == list(results.cells["key"][:3])
    assert results.keys_of(stream, "b()", "1d", "0s") == []


def test_memory_of_many_rows_is_that_of_the_best_and_it_is_said(fabricated, made):
    names = [fabricated.MadeCell(f"s{place}()", skill=place / 250) for place in range(203)]
    results = made(names, [fabricated.MadeStream(events=200, windows=4, oracle=False)])
    (section,) = memory.section(results)
    (table,) = (part.table for part in section.parts if isinstance(part, Chart))
    assert len(table.rows) == memory.MOST_ROWS == 200
    assert [row[0] for row in table.rows] == list(results.ranking()["strategy"][:200])
    assert table.caption == "Resident memory and state of the best 200 of 203 rows"
