import pytest
from freshmark.errors import UsageError
from freshmark.results.costs.budget import Budget, per_million
from freshmark.results.costs.usage import Costs

ROW = Costs(recommend_p99_seconds=0.03, requests=5000, peak_bytes=6e8, cost_per_million=4.0)


@pytest.mark.parametrize(("text", "money"), [("3/1M", 3), ("3", 3), ("0.5/1k", 500), ("2/1", 2e6), ("3/1m", 3)])
def test_a_limit_of_cost_is_read_as_money_for_so_many_events(text, money):
    assert per_million(text) == money


@pytest.mark.parametrize("text", ["", "cheap", "3/2M", "-3/1M", "3/1G"])
def test_what_is_no_limit_of_cost_is_refused(text):
    with pytest.raises(UsageError) as caught:
        per_million(text)
    assert caught.value.code == "FM122"


def test_a_row_is_out_by_every_limit_that_it_breaks():
    assert Budget(p99=0.02).excludes(ROW) == "answer p99 30.0 ms > 20.0 ms"
    assert Budget(memory=500_000_000).excludes(ROW) == "memory 600 MB > 500 MB"
    assert Budget(cost=3).excludes(ROW) == "cost 4.00 a million events > 3.00 a million events"
    assert Budget(p99=0.02, memory=10**9, cost=3).excludes(ROW).count(" and ") == 1


def test_a_row_at_its_limits_is_within_them():
    assert Budget(p99=0.03, memory=600_000_000, cost=4).excludes(ROW) == ""
    assert Budget().excludes(ROW) == ""


def test_what_was_not_measured_is_within_no_limit():
    assert Budget(p99=1).excludes(Costs(requests=200)) == "no answer p99 (p99 needs 459 samples, there are 200)"
    assert Budget(p99=1).excludes(Costs()) == "no answer p99"
    assert Budget(memory=1).excludes(Costs()) == "memory not measured"


def test_a_budget_without_limits_is_none():
    assert not Budget()
    assert Budget(p99=0.0)
    assert Budget(p99=0.02, memory=5 * 10**8, cost=3).in_words() == (
        "answer p99 ≤ 20.0 ms, memory ≤ 500 MB and cost ≤ 3.00 a million events"
    )


def test_a_ranking_compares_with_the_best_within_the_budget(fabricated, made):
    big = fabricated.MadeCell("big()", skill=0.9, summary={"peak_rss_bytes": 9e9})
    cells = [big, fabricated.MadeCell("small()", skill=0.5), fabricated.MadeCell("bad()", skill=0.1)]
    results = made(cells)
    table = results.within(Budget(memory=10**9)).ranking().set_index("strategy")
    assert table.loc["big()", "excluded"].startswith("memory 9.00 GB > 1.00 GB")
    assert table.loc["small()", "difference"] == 0
    assert table.loc["big()", "difference"] > 0
    assert results.ranking().set_index("strategy").loc["big()", "excluded"] == ""


def test_a_verdict_stays_within_the_budget_and_says_what_it_left_out(fabricated, made):
    big = fabricated.MadeCell("big()", skill=0.9, summary={"peak_rss_bytes": 9e9})
    cells = [big, fabricated.MadeCell("small()", skill=0.5), fabricated.MadeCell("bad()", skill=0.1)]
    (verdict,) = made(cells).within(Budget(memory=10**9)).verdicts()
    assert verdict.sentence == "Update small() daily."
    assert verdict.more[-1] == "Left out by the limits: big() every 1d (memory 9.00 GB > 1.00 GB)."


def test_where_nothing_is_within_the_budget_there_is_no_verdict(made):
    (verdict,) = made().within(Budget(memory=1)).verdicts()
    assert verdict.sentence == "No verdict: no row stays within the limits."
    assert "and 8 more" in verdict.more[0]
    assert verdict.chosen is None
