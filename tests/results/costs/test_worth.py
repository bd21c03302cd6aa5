from math import inf

import pytest
from freshmark.errors import UsageError
from freshmark.results.costs.worth import BreakEven, Worth


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1% ndcg@10 = 20 per million events", Worth("ndcg@10", 2000.0)),
        ("2 % of accuracy=10/1M", Worth("accuracy", 500.0)),
        ("0.5% rmse = 3 per day", Worth("rmse", 600.0, daily=True)),
    ],
)
def test_a_worth_is_money_for_a_share_of_a_metric(text, expected):
    assert Worth.parse(text) == expected


@pytest.mark.parametrize("text", ["", "ndcg@10 = 20", "1% = 20 per day", "1% ndcg@10 = 20", "0% ndcg@10 = 2 per day"])
def test_what_does_not_state_a_worth_is_refused(text):
    with pytest.raises(UsageError) as caught:
        Worth.parse(text)
    assert caught.value.code == "FM128"


def test_a_worth_a_day_depends_on_how_many_events_a_day_has():
    assert Worth("ndcg@10", 100.0, daily=True).per_million(2e6) == 50
    assert Worth("ndcg@10", 100.0).per_million(2e6) == 100


def test_a_break_even_is_the_cost_of_one_percent_and_its_interval_that_of_the_gain():
    found = BreakEven.of(0.04, 0.02, 12.0)
    assert (found.value, found.least, found.most) == pytest.approx((3.0, 2.0, 6.0))
    assert BreakEven.of(0.04, 0.05, 12.0).most == inf
    assert BreakEven.of(-0.04, 0.05, 12.0).value == inf
    assert BreakEven.of(0.04, 0.02, -1.0) == BreakEven(0.0, 0.0, 0.0)


def test_a_break_even_says_from_which_worth_on_a_faster_schedule_pays():
    said = BreakEven.of(0.04, 0.02, 12.0).in_words("weekly", "1\u00a0% of NDCG@10", money=True)
    assert said == (
        "pays over weekly if 1\u00a0% of NDCG@10 is worth more than 3.0 per million events "
        "(95\u00a0% interval 2.0 to 6.0)."
    )
    assert "CPU seconds" in BreakEven.of(0.04, 0.02, 12.0).in_words("weekly", "1\u00a0% of NDCG@10", money=False)
    assert "its gain may be chance" in BreakEven.of(0.04, 0.05, 12.0).in_words("w", "x", money=True)
    assert "gains nothing" in BreakEven.of(-0.04, 0.05, 12.0).in_words("w", "x", money=True)
