import numpy as np
import pytest
from freshmark import Table
from freshmark.errors import UsageError
from freshmark.results.output.compare import CPU, P99, compared, shared_streams
from freshmark.results.output.comparison import comparison_of, row_texts
from freshmark.results.output.regression_limits import Drop, Limits
from freshmark.results.tables import Results


@pytest.fixture
def run(fabricated, tmp_path):
    """Results of a made-up run of this name."""

    def make(name, cells, **options):
        return Results.open(fabricated.fabricate(tmp_path / name, cells, **options), metrics={}).recorded

    return make


@pytest.fixture
def pair(run, fabricated):
    """Two runs of a() and b(); in the second a() has lost a third."""
    cell = fabricated.MadeCell
    before = run("before", [cell("a()", skill=0.6), cell("b()", skill=0.4)])
    return before, run("after", [cell("a()", skill=0.4), cell("b()", skill=0.4)])


def states(table, quantity="ndcg@10"):
    return dict(zip(*(table[table["quantity"] == quantity][name] for name in ("strategy", "state")), strict=True))


def test_a_loss_beyond_its_limit_is_a_regression_and_comes_first(pair):
    table = compared(pair[0], pair[1], Limits.parse(["ndcg@10=1%"], None))
    assert states(table) == {"a()": "worse", "b()": "same"}
    first = table.iloc[0]
    assert (first["strategy"], first["state"]) == ("a()", "worse")
    assert first["after"] - first["before"] == first["difference"] < -first["margin"] < 0
    assert first["change"] == pytest.approx(first["difference"] / first["before"])


def test_a_loss_within_its_limit_is_not_a_regression(pair):
    assert states(compared(pair[0], pair[1], Limits.parse(["ndcg@10=90%"], None)))["a()"] == "same"
    assert states(compared(pair[0], pair[1], Limits.parse(["ndcg@10=0.9"], None)))["a()"] == "same"


def test_without_limits_nothing_measured_is_a_regression(pair):
    assert set(compared(*pair)["state"]) == {"same"}


def test_a_run_is_not_worse_than_itself_at_a_limit_of_zero(pair):
    table = compared(pair[0], pair[0], Limits.parse(["ndcg@10=0%"], "+0%"))
    assert set(table["state"]) == {"same"}
    assert np.all(table["difference"] == 0)


def test_an_insignificant_loss_is_doubtful(run, fabricated):
    cell = fabricated.MadeCell
    runs = [run(name, [cell("a()", skill=0.5, luck=luck)]) for name, luck in (("one", 0), ("two", 3))]
    worse, better = sorted(runs, key=lambda one: Results(one).ranking()["value"].iloc[0])
    assert states(compared(better, worse, Limits.parse(["ndcg@10=0%"], None))) == {"a()": "doubtful"}


def test_a_significant_gain_is_better(pair):
    assert states(compared(pair[1], pair[0]))["a()"] == "better"


def test_where_lower_is_better_a_rise_is_a_drop(run, fabricated):
    stream = fabricated.MadeStream(task="rate")
    before = run("one", [fabricated.MadeCell("a()", skill=0.9)], streams=[stream])
    after = run("two", [fabricated.MadeCell("a()", skill=0.1)], streams=[stream])
    limits = Limits.parse(["rmse=5%"], None)
    assert states(compared(before, after, limits), "rmse") == {"a()": "worse"}
    assert states(compared(after, before, limits), "rmse") == {"a()": "better"}


def test_metrics_named_by_a_limit_are_compared_too(pair):
    table = compared(pair[0], pair[1], Limits.parse(["hr@5=1%", "mrr=1%"], None))
    assert set(table["quantity"]) == {"ndcg@10", "hr@5", "mrr", P99, CPU}


def test_slower_answers_are_a_regression_if_limited(run, fabricated):
    cell = fabricated.MadeCell
    before, after = run("one", [cell("a()")]), run("two", [cell("a()", update_seconds=0.2)])
    assert states(compared(before, after, Limits.parse([], "+10%")), P99) == {"a()": "worse"}
    assert states(compared(before, after), P99) == {"a()": "same"}
    assert states(compared(after, before, Limits.parse([], "+10%")), P99) == {"a()": "same"}


def test_insignificantly_slower_answers_are_doubtful(run, fabricated, monkeypatch):
    cell = fabricated.MadeCell
    before, after = run("one", [cell("a()")]), run("two", [cell("a()", update_seconds=0.2)])
    monkeypatch.setattr("freshmark.results.output.compare.interval_of", lambda durations, percentile: (0.0, 9.0))
    table = compared(before, after, Limits.parse([], "+10%"))
    assert states(table, P99) == {"a()": "doubtful"}
    assert table[table["quantity"] == P99]["margin"].iloc[0] == 4.5


def test_a_cell_that_no_longer_succeeds_is_a_regression_without_limits(run, fabricated):
    cell = fabricated.MadeCell
    before = run("one", [cell("a()"), cell("b()")])
    after = run("two", [cell("a()", status="timeout"), cell("b()")])
    table = compared(before, after)
    assert states(table) == {"a()": "failed", "b()": "same"}
    assert table["state"].iloc[0] == "failed"


def test_streams_of_one_name_with_other_events_are_not_shared(run, fabricated):
    one = run("one", [fabricated.MadeCell()], streams=[fabricated.MadeStream("s", events=4000)])
    two = run("two", [fabricated.MadeCell()], streams=[fabricated.MadeStream("s", windows=12)])
    assert shared_streams(one, two) == []
    assert shared_streams(one, one) == ["s"]


def test_runs_that_share_no_row_are_refused(run, fabricated):
    with pytest.raises(UsageError) as caught:
        compared(run("one", [fabricated.MadeCell("a()")]), run("two", [fabricated.MadeCell("b()")]))
    assert (caught.value.code, caught.value.exit_code) == ("FM124", 2)


def test_a_limit_of_an_unknown_metric_is_refused(pair):
    with pytest.raises(UsageError) as caught:
        compared(pair[0], pair[1], Limits.parse(["rmse=1%"], None))
    assert caught.value.code == "FM123"


@pytest.mark.parametrize("text", ["ndcg@10", "ndcg@10=", "=1%", "ndcg@10=-1%", "ndcg@10=1%%", "1%"])
def test_an_invalid_drop_is_refused(text):
    with pytest.raises(UsageError) as caught:
        Drop.parse(text)
    assert caught.value.code == "FM123"


@pytest.mark.parametrize("text", ["10", "-10%", "+10", "ten%", ""])
def test_an_invalid_growth_is_refused(text):
    with pytest.raises(UsageError) as caught:
        Limits.parse([], text)
    assert caught.value.code == "FM123"


def test_limits_are_shares_or_amounts():
    assert Drop.parse("ndcg@10=1%").allowed(0.5) == pytest.approx(0.005)
    assert Drop.parse("ndcg@10=0.02").allowed(0.5) == 0.02
    assert Limits.parse([], "10%").p99 == Limits.parse([], "+10%").p99 == pytest.approx(0.1)


def test_the_page_starts_with_regressions(pair):
    document = comparison_of(pair[0], pair[1], Limits.parse(["ndcg@10=1%"], None))
    assert document.heading == "after against before"
    sentence = document.verdicts()[0].sentence
    assert sentence.startswith("1 of 6 numbers regressed beyond the limits: a() every 1d NDCG@10 ")
    assert document.sections[0].title == "Regressions"
    assert [row[0] for part in document.sections[0].parts if isinstance(part, Table) for row in part.rows] == ["a()"]


def test_the_page_of_a_better_run_has_no_regressions(pair):
    document = comparison_of(pair[1], pair[0], Limits.parse(["ndcg@10=1%"], "+50%"))
    assert document.verdicts()[0].sentence.startswith("No regression")
    assert "Regressions" not in [section.title for section in document.sections]


def test_the_page_reports_rows_of_one_run_and_another_machine(run, fabricated):
    cell = fabricated.MadeCell
    before = run("one", [cell("a()"), cell("old()")], provenance={"cpu": "this"})
    after = run("two", [cell("a()"), cell("new()")], provenance={"cpu": "that"})
    texts = [alert.text for alert in comparison_of(before, after).alerts()]
    assert texts == [
        "Only in the earlier run: old() every 1d.",
        "Only in the later run: new() every 1d.",
        "The machines differ: this, then that. Durations cannot be compared.",
    ]


def test_the_texts_of_a_row_have_units_and_a_signed_change(pair):
    rows = [row_texts(row) for _, row in compared(pair[0], pair[1], Limits.parse(["ndcg@10=1%"], None)).iterrows()]
    state, name, quantity, _, _, change = rows[0]
    assert (state, name, quantity) == ("worse", "a() every 1d", "NDCG@10")
    assert change.startswith("−3")
    assert any(row[2] == P99 and row[3].endswith("µs") for row in rows)
