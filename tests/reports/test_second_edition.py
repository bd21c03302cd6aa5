from itertools import pairwise

import numpy as np
import pytest
from freshmark import Chart, Column, Results, Section, Table
from freshmark.contract.section import Link
from freshmark.results.output.comparison import comparison_of
from freshmark.results.output.index import index_of
from freshmark.results.output.regression_limits import Limits
from freshmark_reports.choice import rows_of
from freshmark_reports.entries import target
from freshmark_reports.history import groups_of, history
from freshmark_reports.html import page
from freshmark_reports.markdown import write as write_markdown
from freshmark_reports.sections import cells, over_time, schedules, segments, significance
from freshmark_reports.stalls import stalls
from freshmark_reports.windows import curve_of, margin_of

STREAM = "drift(preset='small')"


def chart(sections):
    return next(part for section in sections for part in section.parts if isinstance(part, Chart))


def table_of(section):
    return next(part for part in section.parts if isinstance(part, Table))


def test_pairs_are_told_apart_or_not_and_counted(usual):
    found = chart(significance.section(usual))
    pairs = usual.pairs()
    best = {name: next(row for row in usual.ranking()["strategy"] if row == name) for name in ("itemknn()", "random()")}
    assert len(found.table.rows) == 6
    assert found.finding.startswith(
        "6 of 6 pairs differ significantly; retrain(mf()) every 1h is better than every other"
    )
    row = next(row for row in found.table.rows if best["itemknn()"] in row[0] and best["random()"] in row[1])
    same = pairs[(pairs["one"] == row[0]) & (pairs["other"] == row[1])].iloc[0]
    assert (row[2].value, row[2].margin) == (same["difference"], same["margin"])


def test_copies_are_not_told_apart(fabricated, made):
    twins = [fabricated.MadeCell(name, skill=0.5) for name in ("a()", "b()")]
    found = chart(significance.section(made(twins)))
    assert found.finding.startswith("0 of 1 pairs differ significantly")
    assert found.table.rows[0][-1] == "no"


def test_who_wins_is_who_is_better_even_where_lower_is_better(fabricated, made):
    copies = [fabricated.MadeCell("good()", skill=1.2), fabricated.MadeCell("bad()", skill=0.1)]
    results = made(copies, [fabricated.MadeStream(task="rate")])
    pairs = results.pairs()
    wins = significance._wins(["good() every 1d", "bad() every 1d"], pairs, better="lower")
    assert wins.tolist() == [[0, 1], [-1, 0]]


def test_one_strategy_has_no_pairs(fabricated, made):
    assert significance.section(made([fabricated.MadeCell("a()")])) == []


def test_over_five_streams_ranks_are_drawn(fabricated, made):
    streams = [fabricated.MadeStream(f"s{place}", events=800, windows=8) for place in range(6)]
    rows = [fabricated.MadeCell(name, skill=skill, stream=one.name) for one in streams
            for name, skill in (("a()", 0.7), ("b()", 0.4), ("c()", 0.1))]  # fmt: skip
    found = significance.section(made(rows, streams))[-1]
    assert (found.title, found.stream) == ("Over all streams", "")
    assert chart([found]).finding.startswith("Over 6 streams a() every 1d ranks best, 1.00 on average")
    assert [row[1] for row in chart([found]).table.rows] == [1.0, 2.0, 3.0]


def test_every_cell_tells_its_worst_window(usual):
    (section,) = cells.section(usual)
    table = table_of(section)
    assert len(table.rows) == len(usual.cells)
    cell = usual.cells.iloc[0]
    values = usual.measured(cell["key"], ["ndcg@10"])[0].value[0]
    assert table.rows[0][4] == values[-1]
    assert table.rows[0][5] == np.nanmin(values[:-1])
    begin = usual.streams[STREAM].edges[int(np.nanargmin(values[:-1]))]
    assert np.datetime64(table.rows[0][6].replace(" ", "T")) == begin.astype("datetime64[us]").astype("datetime64[m]")
    assert table.rows[-1][4:7] == (None, None, None)


def test_the_worst_window_is_the_highest_where_lower_is_better(fabricated, made):
    results = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(task="rate")])
    (section,) = cells.section(results)
    values = results.measured(results.cells["key"].iloc[0], ["rmse"])[0].value[0]
    assert table_of(section).rows[0][5] == values[:-1].max()


def test_a_stall_is_found_where_it_was(fabricated, made):
    results = made([fabricated.MadeCell("a()"), fabricated.MadeCell("b()")], [fabricated.MadeStream(windows=24)])
    key = results.cells["key"].iloc[1]
    table = {name: column.copy() for name, column in results.table(key, "latencies").items()}
    table["seconds"][np.flatnonzero(table["window"] == 17)[3]] = 0.9
    read = results.recorded.table
    results.recorded.table = lambda one, name: table if (one, name) == (key, "latencies") else read(one, name)
    found = stalls(results, rows_of(results, STREAM))
    assert "b() every 1d took 900 ms at worst" in found.finding
    heads = [column.name for column in found.table.columns]
    assert found.table.rows[17][heads.index("b() every 1d")] == 0.9


def test_two_windows_have_no_course_of_time(fabricated, made):
    results = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(windows=2, events=100)])
    assert stalls(results, rows_of(results, STREAM)) is None


def test_the_band_is_the_interval_of_the_mean_of_each_point(fabricated, made):
    results = made([fabricated.MadeCell("a()")])
    row = rows_of(results, STREAM).iloc[0]
    rank, window = results.outcomes(results.cells["key"].iloc[0]).rank, results.events(STREAM)["window"]
    gain = np.where(rank <= 10, 1 / np.log2(1 + rank), 0)[window == 5]
    assert margin_of(results, row)[5] == pytest.approx(1.96 * gain.std(ddof=1) / np.sqrt(len(gain)))
    assert curve_of(results, row).value[5] == pytest.approx(gain.mean())


def test_a_root_is_gathered_as_a_root(fabricated, made):
    results = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(task="rate", windows=1000, events=20_000)])
    curve = curve_of(results, rows_of(results, STREAM).iloc[0])
    inside = results.events(STREAM)["window"] // curve.together == 7
    outcomes = results.outcomes(results.cells["key"].iloc[0])
    error = (outcomes.prediction - outcomes.label)[inside]
    assert curve.value[7] == pytest.approx(np.sqrt(np.mean(error**2)))


def test_what_updating_gained_is_above_the_same_never_updated(usual):
    found = chart(over_time.section(usual))
    assert "Never updated, it has NDCG@10 0.119" in found.finding
    shown = found.draw.args[2]
    name = "retrain(mf()) every 1h"
    still = usual.ranking().query("strategy == 'retrain(mf())' and every == 'never'").iloc[0]
    assert np.allclose(shown.gains[name], shown.curves[name].value - curve_of(usual, still).value)


def test_without_a_row_that_is_never_updated_there_is_no_gain_to_draw(fabricated, made):
    found = chart(over_time.section(made([fabricated.MadeCell("a()")])))
    assert not found.draw.args[2].gains
    assert "Never updated" not in found.finding


def test_the_knee_is_that_of_the_curves(usual):
    found = chart(schedules.section(usual))
    curves = usual.curves()
    knees = curves[curves["knee"]]
    marked = {(row[0], row[1]) for row in found.table.rows if row[-1] == "knee"}
    assert marked == set(zip(knees["strategy"], knees["schedule"], strict=True))


def test_a_chart_that_cannot_be_drawn_loses_neither_its_numbers_nor_the_page(usual):
    def boom(figure):
        raise RuntimeError("no <b>axes</b>")

    table = Table((Column("n", "count"),), ((42,),))
    text = page(usual, {"mine": lambda _: Section("Mine", (Chart(boom, "finding", table),))})
    assert "This chart could not be drawn: RuntimeError: no &lt;b&gt;axes&lt;/b&gt;" in text
    assert ">42<" in text


@pytest.mark.parametrize("leads", ["report.html", "a/b-1/report.html", "two%20words/r.html"])
def test_a_link_leads_to_a_file_beside_the_page(usual, leads):
    table = Table((Column("Run"), Column("n", "count")), ((Link("<i>here</i>", leads), 1),))
    text = page(usual, {"mine": lambda _: Section("Mine", (table,))})
    assert f'<a href="{leads}">&lt;i&gt;here&lt;/i&gt;</a>' in text


@pytest.mark.parametrize(
    "leads",
    [
        "javascript:alert(1)",
        "//host/x",
        "https://host",
        "/etc/passwd",
        "../x",
        "a/../../x",
        'x" onclick="y',
        "",
        "data:,x",
    ],
)
def test_a_link_leads_nowhere_else(leads):
    assert target(Link("x", leads)) == ""


def test_a_comparison_is_a_page_and_markdown(fabricated, made, tmp_path):
    results = made([fabricated.MadeCell("a()"), fabricated.MadeCell("b()")])
    document = comparison_of(results.recorded, results.recorded, Limits.parse(["ndcg@10=1%"], None))
    text = page(document, {"all": lambda _: document.sections})
    assert "could not be" not in text
    assert "<h1" in text
    assert text.count("<h1") == 1
    assert "run against run" in text
    assert "No regression: 6 numbers compared." in text
    write_markdown(document, tmp_path / "x.md", {})
    assert (tmp_path / "x.md").read_text("utf-8").startswith("# run against run\n")


def test_an_index_is_a_page(fabricated, tmp_path):
    fabricated.fabricate(tmp_path / "one", [])
    (tmp_path / "one" / "report.html").write_text("")
    document = index_of(tmp_path, lambda folder: Results.open(folder, metrics={}))
    text = page(document, {"runs": lambda _: document.sections[0]})
    assert '<a href="one/report.html">one</a>' in text
    assert "<nav" not in text
    assert "could not be" not in text


def test_segments_have_intervals_and_few_events_have_wide_ones(usual):
    found = chart(segments.section(usual))
    by = {row[0]: row for row in found.table.rows}
    assert by["new user"][2].margin > 1.3 * by["known user"][2].margin > 0
    whole = usual.ranking().iloc[0]
    assert by["all"][2].value == pytest.approx(whole["value"])
    assert 0.2 < by["all"][2].margin / whole["margin"] < 5


def test_segments_of_a_root_have_intervals_of_its_unit(fabricated, made):
    results = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(task="rate")])
    row = chart(segments.section(results)).table.rows[0]
    assert 0 < row[2].margin < row[2].value


def test_users_are_grouped_by_how_much_is_known_of_them(usual):
    found = history(usual, rows_of(usual, STREAM))
    earlier = usual.events(STREAM)["user_events"]
    assert [row[0] for row in found.table.rows][:4] == ["0", "1", "2–3", "4–7"]
    assert sum(int(str(row[-1])) for row in found.table.rows) == len(earlier)
    name = found.table.columns[1].name
    assert found.finding.startswith(f"NDCG@10 of {name}: ")
    assert "for users with no history" in found.finding
    keys = usual.cells.query("strategy == 'retrain(mf())' and every == '1h'")["key"]
    rank = np.array([usual.outcomes(key).rank for key in keys])[:, (earlier >= 2) & (earlier <= 3)]
    assert found.table.rows[2][1] == pytest.approx(np.where(rank <= 10, 1 / np.log2(1 + rank), 0).mean())


@pytest.mark.parametrize(
    ("earlier", "edges"),
    [([0] * 100, [0]), ([0] * 100 + [1] * 10, [0]), ([0] * 100 + [1] * 60, [0, 1]), ([0, 1, 2] * 40 + [9] * 60, [0, 4]),
     ([0] * 60 + [1] * 20 + [2] * 40 + [5] * 90, [0, 1, 4])],
)  # fmt: skip
def test_a_group_with_few_events_is_joined_to_its_neighbour(earlier, edges):
    found = groups_of(np.array(earlier)).tolist()
    assert found[0] == 0
    bounds = [*found, 10**9]
    sizes = [sum(low <= one < high for one in earlier) for low, high in pairwise(bounds)]
    assert min(sizes) >= min(50, len(earlier))
    assert len(found) == len(edges)


def test_a_metric_that_is_not_a_mean_has_no_groups(fabricated, made):
    results = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(task="rate")])
    assert history(results, rows_of(results, STREAM)) is None
