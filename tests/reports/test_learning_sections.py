"""The sections on ageing, learning, recovery and arrivals, from a real run of a small simulated stream."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from freshmark import Chart, Results, Value
from freshmark.contract.section import Prose
from freshmark.replay.settings import Settings
from freshmark.results.dynamics.learning import score_matrix
from freshmark.results.naming import format_number
from freshmark.results.stored.seed_groups import metric_groups
from freshmark.runs.api import run
from freshmark_reports.periods import period_label, unit_of
from freshmark_reports.sections import arrivals, learning, recovery, staleness

DRIFT = "drift(preset='small', events=12_000)"


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> Results:
    """Two strategies, one with context, never and daily, with a matrix of six blocks."""
    return run(
        streams=[DRIFT],
        strategies=["online_mf()", "itemknn()"],
        every=["never", "1d"],
        folder=tmp_path_factory.mktemp("matrix") / "run",
        settings=Settings(window="1d", probes=40, matrix=6, panel=8),
    )


def only_chart(sections):
    (section,) = sections
    return next(part for part in section.parts if isinstance(part, Chart))


def by_row(table: pd.DataFrame) -> Any:
    return table.set_index(["strategy", "every"])


def test_the_diagonal_of_a_run_is_its_own_score_of_each_block(measured):
    """Block scores from the matrix's ``live``, and from the outcomes by hand, are the same numbers."""
    for row in metric_groups(measured.recorded):
        (key,) = row.keys.values()
        grid = score_matrix(measured.recorded, key, row.metric)
        block = measured.table(key, "matrix")["block"][: len(measured.events(row.names["stream"])["time"])]
        given = row.metric.each(measured.outcomes(key))
        by_hand = [given[block == one].mean() for one in range(1, 7)]
        assert grid.live_scores == pytest.approx(by_hand, rel=1e-12)
        if row.names["every"] == "never":
            assert grid.scores[0].tolist() == grid.live_scores.tolist()


def test_what_is_updated_learns_and_what_is_not_does_not(measured):
    learned = by_row(measured.learning())
    assert learned.loc[("online_mf()", "1d"), "forward_transfer"] > 0.01
    assert learned.loc[("online_mf()", "never"), "forward_transfer"] == 0.0
    assert learned.loc[("online_mf()", "never"), "backward_transfer"] == 0.0
    assert math.isnan(learned.loc[("itemknn()", "1d"), "backward_transfer"])


def test_the_gain_of_updating_ages(measured):
    lives = by_row(measured.half_lives())
    for strategy in ("online_mf()", "itemknn()"):
        assert 86_400 < lives.loc[(strategy, "1d"), "half_life_seconds"] < 30 * 86_400
        assert math.isnan(lives.loc[(strategy, "never"), "half_life_seconds"])


def test_every_planted_drift_appears_and_the_sudden_one_is_felt_within_a_window(measured):
    record = measured.streams[next(iter(measured.streams))]
    planted = [one for one in record.drifts if record.edges[0] <= one["begin"] < record.edges[-1]]
    found = measured.recovery()
    for _, rows in found.groupby(["strategy", "every"]):
        assert [str(kind) for kind in rows["drift"]] == [one["kind"] for one in planted]
        # The window that is named is the one in which the planted moment lies.
        for window, one in zip(rows["window"], planted, strict=True):
            assert record.edges[window] <= one["begin"] < record.edges[window + 1]
    sudden = found[found["drift"] == "sudden"]
    assert len(sudden) == 4
    assert (np.abs(sudden["felt"] - sudden["window"]) <= 1).all()
    assert (sudden["drop"] > 0.3).all()


def test_the_share_of_the_oracles_gain_is_between_never_and_the_oracle(measured):
    attained = by_row(measured.attainment())
    assert attained.loc[("online_mf()", "never"), "gain_share"] == 0.0
    assert 0.05 < attained.loc[("online_mf()", "1d"), "gain_share"] < 1.0


def test_new_items_are_recommended_only_by_what_is_updated(measured):
    arrived, changed = by_row(measured.arrivals()), by_row(measured.churn())
    assert arrived.loc[("itemknn()", "never"), "recommended_share"] == 0.0
    assert arrived.loc[("itemknn()", "1d"), "recommended_share"] > 0.5
    assert math.isinf(arrived.loc[("itemknn()", "never"), "hit_seconds"])
    assert changed.loc[("online_mf()", "never"), "churn_without_update"] == 0.0
    assert 0.0 < changed.loc[("online_mf()", "1d"), "churn"] < 1.0


def test_the_picture_of_staleness_names_the_half_life_of_the_best(measured):
    chart = only_chart(staleness.section(measured))
    best = next(row for _, row in measured.ranking().iterrows())
    half = by_row(measured.half_lives()).loc[(best["strategy"], best["every"]), "half_life_seconds"]
    assert chart.finding.startswith(f"Half of what {best['strategy']} every 1d gains")
    assert period_label(half) in chart.finding
    assert "matrix" in chart.finding
    assert {row[0] for row in chart.table.rows} == {"online_mf() every 1d", "itemknn() every 1d"}


def test_the_picture_of_learning_has_a_row_a_block_and_one_of_the_run(measured):
    chart = only_chart(learning.section(measured))
    assert [row[0] for row in chart.table.rows] == [
        "warm-up only", *(f"up to block {block}" for block in range(1, 7)), "the run itself",
    ]  # fmt: skip
    best = next(row for _, row in measured.ranking().iterrows())
    assert f"What {best['strategy']} every 1d learned" in chart.finding


def test_the_picture_of_recovery_counts_drifts_and_shows_what_was_not_made_good_as_such(measured):
    chart = only_chart(recovery.section(measured))
    drifts = measured.recovery()[["drift", "begin"]].drop_duplicates()
    assert f"of {len(drifts)} drifts affected " in chart.finding
    assert len(chart.table.rows) == 2 * len(drifts)
    notes = {entry.note for row in chart.table.rows for entry in row if isinstance(entry, Value)}
    assert notes <= {"not felt", "not before the next drift or the end", "windows vary too much"}


def test_new_items_have_a_sentence_and_a_row_each(measured):
    (section,) = arrivals.section(measured)
    sentence: Any
    table: Any
    sentence, table = section.parts
    assert "new items" in sentence.text
    assert len(table.rows) == 4


def drifts_of(*courses):
    return pd.DataFrame(
        [
            {"strategy": "a()", "every": "1d", "delay": "0s", "drift": kind, "drop": drop, "felt": 1.0,
             "windows_to_recover": took}
            for kind, drop, took in courses
        ]
    )  # fmt: skip


def test_recovery_is_counted_in_one_window_or_several():
    assert recovery._finding(drifts_of(("sudden", 0.1, 1.0)), 1).endswith("; it recovered within 1 window.")
    text = recovery._finding(drifts_of(("sudden", 0.1, 2.0), ("gradual", 0.2, 3.0)), 2)
    assert "the gradual drift cost most" in text
    assert text.endswith("; it recovered within 2.5 windows (median).")


def test_a_drift_without_recovery_is_named():
    text = recovery._finding(drifts_of(("incremental", 0.1, np.inf)), 1)
    assert text.endswith("; it did not recover from it before the next drift or the end.")
    text = recovery._finding(drifts_of(("sudden", 0.1, 1.0), ("incremental", 0.2, np.inf)), 2)
    assert "it recovered from 1 of them within 1 window; it did not recover from the incremental drift before" in text


def test_an_item_that_was_never_recommended_has_no_time():
    entry: Any = arrivals._time(np.inf, "recommended")
    assert entry.note == "more than half were never recommended"


def test_the_pictures_can_be_drawn(measured):
    figures = pytest.importorskip("matplotlib.figure")
    from freshmark_reports.drawing.figure import page_style  # noqa: PLC0415  (imports seaborn)

    for one in (staleness, learning, recovery):
        with page_style():
            figure = figures.Figure()
            only_chart(one.section(measured)).draw(figure)
            assert figure.axes


def test_where_every_drift_was_made_good_or_none_was_the_page_is_whole(made, fabricated, tmp_path, sections):
    begin = 1_600_000_000_000_000 + 40 * fabricated.HOUR
    stream = fabricated.MadeStream(drifts=[{"begin": begin, "end": begin, "kind": "sudden"}])
    results = made([fabricated.MadeCell("a()", "1d"), fabricated.MadeCell("b()", "1d", 0.3)], [stream])
    page = results.report(tmp_path / "page.html", sections=sections).read_text()
    assert "After each drift" in page
    assert "could not be made" not in page


def test_a_run_without_matrix_and_drifts_has_no_such_pictures(made, fabricated):
    results = made([fabricated.MadeCell("popularity()", "1d")], [fabricated.MadeStream(oracle=False)])
    assert list(learning.section(results)) == []
    assert list(recovery.section(results)) == []
    assert list(arrivals.section(results)) == []


@pytest.mark.parametrize("drifts", [0, 1])
def test_regret_is_told_of_every_row_where_an_oracle_is_known_with_drifts_and_without(made, fabricated, drifts):
    begin = 1_600_000_000_000_000 + 40 * fabricated.HOUR
    planted = [{"begin": begin, "end": begin, "kind": "prior"}] * drifts
    cells = [fabricated.MadeCell("a()", "never", 0.2), fabricated.MadeCell("a()", "1d", 0.6)]
    results = made(cells, [fabricated.MadeStream(task="click", drifts=planted)])
    (section,) = recovery.section(results)
    assert section.title == ("After each drift" if drifts else "What could be gained")
    table: Any = section.parts[-1]
    place = [column.name for column in table.columns].index("Regret")
    assert sorted(row[place] for row in table.rows) == sorted(results.attainment()["regret"])
    assert len(section.parts) == 2 + drifts


def said(results) -> str:
    """What the section on drifts and gains says of a stream without drifts."""
    (section,) = recovery.section(results)
    (text,) = [part.text for part in section.parts if isinstance(part, Prose)]
    return text


def gained(made, fabricated, *skills):
    """The sentence on one strategy of these skills, never updated and daily; and what was attained."""
    cells = [fabricated.MadeCell("a()", every, skill) for every, skill in zip(("never", "1d"), skills, strict=True)]
    results = made(cells, [fabricated.MadeStream(task="classify")])
    return said(results), results.attainment().set_index("every")


def test_where_updating_pays_it_is_said_by_how_much_of_the_oracles_gain(made, fabricated):
    text, table = gained(made, fabricated, 0.2, 0.6)
    share = float(table.loc["1d", "gain_share"])
    assert 0.3 < share < 0.8
    assert text.startswith(
        f"a() every 1d reaches {format_number(100 * share)}\u00a0% of the possible gain: it has accuracy "
    )
    assert text.endswith(f"never updated {format_number(table.loc['never', 'value'])}, the oracle 0.900.")


def test_where_it_does_not_pay_it_is_said_what_it_could_at_most(made, fabricated):
    text, table = gained(made, fabricated, 0.6, 0.6)
    assert text == (
        f"a() without updates has accuracy {format_number(table.loc['never', 'value'])}, the oracle 0.900: "
        f"no update could gain more than {format_number(table.loc['never', 'regret'])}."
    )


def test_what_is_better_than_the_oracle_by_luck_leaves_nothing_to_gain(made, fabricated):
    text, _ = gained(made, fabricated, 0.999, 0.98)
    assert text.endswith("the oracle 0.900: no update could gain anything.")


def test_without_a_row_that_is_never_updated_no_share_is_said(made, fabricated):
    results = made([fabricated.MadeCell("a()", "1d", 0.5)], [fabricated.MadeStream(task="classify")])
    value = format_number(float(results.attainment()["value"].iloc[0]))
    assert said(results) == f"a() every 1d has accuracy {value}, the oracle 0.900."


def test_what_the_oracle_knows_is_said_where_the_stream_tells_it(made, fabricated):
    stream = fabricated.MadeStream(task="classify", about={"oracle": "labels are certain"})
    results = made([fabricated.MadeCell("a()", "1d", 0.5)], [stream])
    assert said(results).endswith("the oracle 0.900. The oracle: labels are certain.")


def test_without_a_matrix_ages_of_answers_are_read_and_it_is_said(usual):
    chart = only_chart(staleness.section(usual))
    assert "--matrix 8 compares ages" in chart.finding
    assert not any(row[0].endswith("never updated") for row in chart.table.rows)


def test_spans_are_said_in_the_largest_unit_that_fits_twice():
    assert [period_label(one) for one in (90.0, 7_200.0, 665_000.0, math.inf)] == ["90 seconds", "2.0 hours",
                                                                                    "7.7 days", "–"]  # fmt: skip
    assert unit_of(0.5) == (1.0, "seconds")
