import shlex

import numpy as np
import pandas as pd
import pytest
from freshmark import Chart, Listing, Section, Table, Value
from freshmark.cli import app
from freshmark.errors import UsageError
from freshmark.results.costs.budget import Budget
from freshmark.results.naming import format_number
from freshmark_reports.choice import best_of_each, rows_of, selection_note
from freshmark_reports.drawing.palette import looks, markers, short
from freshmark_reports.sections import (
    cells,
    failures,
    latency,
    memory,
    over_time,
    provenance,
    ranking,
    schedules,
    segments,
    tradeoff,
)
from freshmark_reports.windows import curve_of, oracle_curve
from matplotlib.figure import Figure
from typer.testing import CliRunner

STREAM = "drift(preset='small')"


def only(sections):
    sections = [sections] if isinstance(sections, Section) else list(sections)
    assert len(sections) == 1
    return sections[0]


def rows_as_dict(table):
    return dict(table.rows)


def chart(sections):
    return next(part for part in only(sections).parts if isinstance(part, Chart))


def heads(table):
    return [column.label for column in table.columns]


def test_the_ranking_says_what_every_row_earns_and_costs(usual):
    (table,) = only(ranking.section(usual)).parts
    row = dict(zip(heads(table), table.rows[1], strict=True))
    assert (row["Strategy"], row["Updated"]) == ("retrain(mf())", "every 1d")
    assert row["NDCG@10"].margin > 0
    assert isinstance(row["Δ best"], Value)
    assert row["Updates"] == 6
    assert dict(zip(heads(table), table.rows[0], strict=True))["Δ best"] == "best"


def test_rows_that_are_shown_to_be_good_enough_are_marked(usual):
    (table,) = only(ranking.section(usual)).parts
    assert table.marked == set(np.flatnonzero(usual.ranking()["shown"]))


def test_a_percentile_that_is_missing_says_why(usual):
    (table,) = only(ranking.section(usual)).parts
    row = dict(zip(heads(table), table.rows[1], strict=True))
    assert np.isnan(row["Update time p99"].value)
    assert row["Update time p99"].note == "p99 needs 459 samples, there are 18 updates"


def test_a_strategy_that_is_never_updated_needs_no_excuse(usual):
    (table,) = only(ranking.section(usual)).parts
    row = next(row for row in table.rows if row[1] == "never updated")
    assert dict(zip(heads(table), row, strict=True))["Update time p99"].note == ""


def test_a_failed_row_says_so_where_its_number_would_be(usual):
    (table,) = only(ranking.section(usual)).parts
    assert table.rows[-1][:3] == ("boom()", "every 1d", "failed")
    assert table.rows[-1][-1] == "failed: ValueError: no"
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_the_front_is_named_with_what_it_costs(usual):
    found = chart(tradeoff.section(usual))
    assert "are on the front" in found.finding
    assert "retrain(mf()) every 1h" in found.finding
    on_front = [row for row in found.table.rows if row[-1] == "yes"]
    values = [row[3].value for row in on_front]
    assert values == sorted(values)


def test_one_row_that_beats_all_is_said_to(fabricated, made):
    cells = [fabricated.MadeCell("a()", skill=0.8, update_seconds=1e-4), fabricated.MadeCell("b()", skill=0.2)]
    assert "at once the best and the cheapest of 2" in chart(tradeoff.section(made(cells))).finding


def test_where_every_row_is_on_the_front_no_count_is_given(fabricated, made):
    cells = [fabricated.MadeCell("a()", skill=0.2, update_seconds=1e-4), fabricated.MadeCell("b()", skill=0.8)]
    assert chart(tradeoff.section(made(cells))).finding.startswith("No row is both cheaper and better than another.")


def drawn(found):
    figure = Figure()
    found.draw(figure)
    return figure.axes[0]


def test_limits_shade_what_may_be_paid_and_cross_out_what_is_outside(usual):
    priced = usual.priced(["cpu_hour=1"])
    rows = priced.ranking().dropna(subset="value")
    limit = float(rows["cost_per_million"].median()) * 1.01
    found = chart(tradeoff.section(priced.within(Budget(cost=limit))))
    inside = int((rows["cost_per_million"] <= limit).sum())
    assert 0 < inside < 12
    assert (
        f"Within cost ≤ {format_number(limit)} a million events: {inside} of 12; the others are crossed out."
        in found.finding
    )
    assert sum(row[-1] == "" for row in found.table.rows) == inside
    assert all(row[-1].startswith("cost ") for row in found.table.rows if row[2].value > limit)
    axes = drawn(found)
    (box,) = axes.patches
    assert box.get_x() + box.get_width() == pytest.approx(limit)
    (crosses,) = (line for line in axes.lines if line.get_label() == "outside the limits")
    assert sorted(crosses.get_xdata()) == sorted(row[2].value for row in found.table.rows if row[2].value > limit)
    keys = [text.get_text() for text in axes.figure.legends[0].get_texts()]
    assert f"cost ≤ {format_number(limit)}" in keys
    assert "outside the limits" in keys


def test_of_many_rows_the_front_and_the_best_are_drawn_and_it_is_said(fabricated, made):
    cells = [fabricated.MadeCell(f"s{place}()", skill=0.1 + place / 100, update_seconds=place % 7 / 100 + 1e-3)
             for place in range(70)]  # fmt: skip
    results = made(cells, [fabricated.MadeStream(events=800, windows=8, oracle=False)])
    found = chart(tradeoff.section(results))
    assert found.finding.endswith(" Drawn are the front and the best of the rest, 60 of 70.")
    assert len(found.table.rows) == 70
    marks = [
        (place, mark)
        for points in drawn(found).collections
        for place, mark in zip(points.get_offsets(), getattr(points, "freshmark_marks", []), strict=False)
        if "data-entry" in mark
    ]
    assert len(marks) == 60
    for place, mark in marks:
        row = found.table.rows[int(mark["data-entry"])]
        assert place.tolist() == [row[2].value, row[3].value]
    best = list(results.ranking()["strategy"])
    shown = {mark["data-strategy"] for _, mark in marks}
    assert set(best[:50]) <= shown
    assert {row[0] for row in found.table.rows if row[6] == "yes"} <= shown


def test_a_limit_that_is_no_cost_crosses_out_and_shades_nothing(usual):
    found = chart(tradeoff.section(usual.within(Budget(memory=1))))
    assert found.finding.endswith("Within memory ≤ 1.00 B: 0 of 12; the others are crossed out.")
    axes = drawn(found)
    assert not axes.patches
    assert axes.get_xlabel() == "CPU seconds for a million events"


def test_limits_that_leave_everything_cross_out_nothing(usual):
    found = chart(tradeoff.section(usual.within(Budget(p99=10.0))))
    assert found.finding.endswith("Within answer p99 ≤ 10.0 s: 12 of 12.")
    assert "outside the limits" not in [line.get_label() for line in drawn(found).lines]


def test_without_limits_nothing_is_said_of_them(usual):
    found = chart(tradeoff.section(usual))
    assert "Within" not in found.finding
    assert heads(found.table)[-1] == "On the front"


def test_over_time_tells_the_share_of_the_oracle(usual):
    found = chart(over_time.section(usual))
    assert "of the oracle's" in found.finding
    assert heads(found.table)[-1] == "oracle"
    assert len(found.table.rows) == 24


def test_without_an_oracle_none_is_drawn(fabricated, made):
    found = chart(over_time.section(made([fabricated.MadeCell("a()")], [fabricated.MadeStream(oracle=False)])))
    assert "oracle" not in heads(found.table)


def test_a_thousand_windows_are_gathered_and_it_is_said(fabricated, made):
    results = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(windows=1000, events=20_000)])
    found = chart(over_time.section(results))
    assert len(found.table.rows) <= 500
    assert "mean of 3 windows" in found.finding


def test_gathered_windows_weigh_their_events(fabricated, made):
    results = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(windows=1000, events=20_000)])
    row = rows_of(results, STREAM).iloc[0]
    curve = curve_of(results, row)
    window = results.events(STREAM)["window"]
    rank = results.outcomes(results.cells["key"].iloc[0]).rank
    inside = window // curve.together == 7
    gain = np.where(rank <= 10, 1 / np.log2(1 + rank), 0)[inside]
    assert curve.value[7] == pytest.approx(gain.mean())


def test_the_oracle_of_clicks_is_its_true_probability(fabricated, made):
    results = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(task="click")])
    found = oracle_curve(results, STREAM, "logloss")
    assert found
    events = results.events(STREAM)
    label, truth = events["label"], events["oracle"]
    assert found[1] == pytest.approx(-np.mean(label * np.log(truth) + (1 - label) * np.log(1 - truth)))


def test_ratings_have_no_oracle(fabricated, made):
    results = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(task="rate")])
    assert oracle_curve(results, STREAM, "rmse") is None


def test_how_often_goes_from_the_rarest_to_the_best(usual):
    found = chart(schedules.section(usual))
    assert found.finding.startswith("retrain(mf()) goes from NDCG@10 0.119 never updated to 0.245 every 1h")


def test_one_schedule_needs_no_curve(fabricated, made):
    assert list(schedules.section(made([fabricated.MadeCell("a()")]))) == []


def test_never_stands_right_of_every_interval():
    rows = pd.DataFrame({"every": ["never", "1d", "1h"], "interval_seconds": [np.inf, 86_400.0, 3600.0]})
    places = schedules._places(rows)
    assert list(places) == ["1h", "1d", "never"]
    assert places["never"] > places["1d"] > places["1h"]


def test_segments_are_told_with_their_events(usual):
    found = chart(segments.section(usual))
    by = {row[0]: row for row in found.table.rows}
    assert by["all"][1] == 4000
    assert by["new user"][1] + by["known user"][1] == 4000
    assert "for new users" in found.finding


def test_latency_counts_its_samples(usual):
    requests, updates, *_ = only(latency.section(usual)).parts
    assert {row[1] for row in requests.table.rows} == {3 * (24 * 40 - 1)}
    assert requests.finding.startswith("Requests: medians range from")
    assert all(isinstance(row[2], Value) for row in updates.table.rows)


def test_strategies_that_are_never_updated_have_no_update_chart(fabricated, made):
    parts = only(latency.section(made([fabricated.MadeCell("a()", "never")]))).parts
    assert [part.finding[:8] for part in parts if isinstance(part, Chart)] == ["Requests", "Slowest "]


def test_memory_names_the_highest_peak(usual):
    found = chart(memory.section(usual))
    assert found.finding.startswith("retrain(mf()) every 1h peaks highest")
    row = dict(zip(heads(found.table), found.table.rows[0], strict=True))
    assert row["Changed per update"] == 1e4
    assert row["At the start"] == 1.5e8


def test_memory_names_a_row_of_the_chart(fabricated, made):
    cells = [
        fabricated.MadeCell("a()", every, skill, summary={"peak_rss_bytes": peak})
        for every, skill, peak in (("1d", 0.6, 1e9), ("1h", 0.2, 9e9))
    ]
    cells.append(fabricated.MadeCell("b()", skill=0.4, summary={"peak_rss_bytes": 5e9}))
    assert chart(memory.section(made(cells))).finding.startswith("b() every 1d peaks highest of those shown")


def test_memory_that_nobody_measured_is_not_made_up(fabricated, made):
    results = made([fabricated.MadeCell("a()", summary={"peak_rss_bytes": float("nan")})])
    assert "not measured" in chart(memory.section(results)).finding


def test_failures_show_the_end_of_the_log(usual):
    table, log = only(failures.section(usual)).parts
    assert isinstance(table, Table)
    assert table.rows[0] == ("boom() every 1d", 0, "failed", "FM310", 1.5, "ValueError: no")
    assert log == Listing("Traceback:\n  mine.py, line 3", "End of the log of boom() every 1d, seed 0")


def test_a_run_without_failures_has_no_such_section(fabricated, made):
    assert list(failures.section(made([fabricated.MadeCell("a()")]))) == []


def test_of_many_logs_the_first_are_shown_and_the_rest_counted(fabricated, made):
    cells = [fabricated.MadeCell("a()", seed=seed, status="oom", log_tail="x") for seed in range(20)]
    parts = only(failures.section(made(cells))).parts
    assert len(parts) == 1 + 12 + 1
    assert parts[-1].text.startswith("8 more logs")


def test_every_cell_has_the_command_that_makes_it_again(usual):
    record = usual.streams[STREAM]
    cell = usual.cells[usual.cells["every"] == "1h"].iloc[-1]
    words = shlex.split(cells.reproduce(cell, record))
    assert words == [
        "freshmark", "run", "-d", STREAM, "-s", "retrain(mf())", "--every", "1h", "--seeds", "3",
        "--warmup", "0.3", "--window", "6h",
    ]  # fmt: skip


def test_the_command_that_makes_a_cell_again_is_understood(usual):
    """By the command line itself, as a dry run: an option that is renamed shows here."""
    cell = usual.cells.iloc[0].copy()
    cell["stream"], cell["strategy"], cell["delay"] = "drift('tiny')", "popularity()", "10m"
    command = cells.reproduce(cell, usual.streams[STREAM])
    done = CliRunner().invoke(app, [*shlex.split(command)[1:], "--dry-run"])
    assert not isinstance(done.exception, UsageError)
    assert done.exit_code == 0, done.output
    assert "popularity()" in done.output


def test_provenance_tells_stream_settings_drifts_and_machine(usual):
    stream, machine = provenance.section(usual)
    facts = rows_as_dict(stream.parts[0])
    assert facts["planted drifts"].startswith("sudden (9 users, 0 items), gradual (0 users, 4 items)")
    assert facts["window"] == "6h"
    assert facts["events"] == "5,000"
    assert rows_as_dict(machine.parts[1])["packages"] == "numpy 2.0.0, torch 2.4.0"


def test_git_and_empty_facts_are_put_in_words(fabricated, made):
    facts = {"git": {"commit": "c0ffee", "changed": False}, "labels": {}, "host": "", "gpu": None, "seed": 0}
    _, machine = provenance.section(made([fabricated.MadeCell("a()")], provenance=facts))
    shown = rows_as_dict(machine.parts[1])
    assert shown["git"] == "commit c0ffee, no local changes"
    assert [shown[name] for name in ("labels", "host", "gpu", "seed")] == ["none", "none", "none", "0"]


def test_charts_show_each_strategy_once_at_its_best(usual):
    rows = rows_of(usual, STREAM)
    shown = best_of_each(rows)
    assert list(shown["strategy"]) == ["retrain(mf())", "itemknn()", "popularity()", "random()"]
    assert selection_note(len(shown), rows) == " Shown: each strategy at its best schedule."
    assert selection_note(len(rows), rows) == ""


def test_more_strategies_than_can_be_told_apart_are_not_drawn(fabricated, made):
    rows = rows_of(made([fabricated.MadeCell(f"s{place}()", skill=place / 20) for place in range(14)]), STREAM)
    shown = best_of_each(rows)
    assert len(shown) == 12
    assert "the best 12 of 14" in selection_note(len(shown), rows)


def test_every_strategy_has_a_look_of_its_own(fabricated, made):
    found = looks(made([fabricated.MadeCell(f"s{place}()") for place in range(20)]))
    assert len({(look.colour, str(look.dash)) for look in found.values()}) == 20


def test_names_in_charts_are_short_and_keep_both_ends():
    long = "retrain(gru4rec(dim=64, layers=3, dropout=0.25), window='7d', init='warm')"
    assert len(short(long)) <= 38
    assert short(long).startswith("retrain(gru4rec")
    assert short(long).endswith("init='warm')")
    assert short("popularity()") == "popularity()"


def test_schedules_have_markers_of_their_own():
    assert len(set(markers(["1h", "1d", "never", "1d"]).values())) == 3
