"""Sentences that the owner of a system would call right."""

import numpy as np
import pytest
from freshmark.results.costs.prices import Prices
from freshmark.results.costs.worth import Worth
from freshmark.results.decision.regret import Tolerance
from freshmark.results.decision.terms import Terms
from freshmark.runs.api import run


def test_a_clear_winner_is_an_instruction_of_few_words_with_what_it_may_lose(made_row, said):
    found = said([made_row(), made_row("b()", value=0.2)]).verdict
    assert found.sentence == "Update a() daily."
    assert found.settled
    assert found.chosen == ("a()", "1d", "0s")
    assert found.more[0] == "It is the best of 2 rows with probability over 99\u00a0%: NDCG@10 0.300."
    assert found.more[1] == (
        "An update takes 125 ms, longest 164 ms, an answer 400 µs, a million events cost 100 CPU seconds and memory "
        "peaks at 200 MB above the start."
    )


def test_of_rows_within_the_tolerance_the_cheapest_is_taken_and_the_others_named(made_row, said):
    found = said([made_row(), made_row("b()", value=0.299, cost=20.0)]).verdict
    assert (found.sentence, found.settled) == ("Update b() daily.", True)
    assert found.more[0] == (
        "It is the best of 2 rows with probability 0\u00a0%, and it loses at most 0.33\u00a0% to another "
        "(95\u00a0% bound); the tolerance is 2.0\u00a0%. NDCG@10 0.299."
    )
    assert "a() every 1d is within it too; it is the cheapest." in found.more


def test_what_saves_next_to_nothing_is_not_taken(made_row, said):
    """5.7 % of NDCG for 0.63 CPU seconds a million events; 0.19 % of the CPU for 5 %."""
    trivial = said([made_row(cost=1.63), made_row("b()", value=0.299, cost=1.0)]).verdict
    noise = said([made_row(cost=1000.0), made_row("b()", value=0.299, cost=998.1)]).verdict
    assert trivial.sentence == noise.sentence == "Update a() daily."
    assert "b() every 1d is within it too; it is the best of those whose costs count as equal" in " ".join(trivial.more)


def test_absence_of_evidence_is_no_instruction(made_row, said):
    rows = [made_row("a()", "never", 0.27, own=0.8, cost=20.0), made_row("a()", "1w", 0.3, own=0.8)]
    found = said(rows, windows=30, seed=1).verdict
    assert found.settled is False
    assert found.sentence == "Not settled; best bet: a() weekly."
    assert "may lose up to" in found.more[0]
    assert "would settle it" in found.more[1]


def test_do_not_update_is_said_where_never_updating_is_shown_to_be_good_enough(made_row, said):
    rows = [made_row("a()", "never", 0.2999, cost=20.0), made_row("a()", "1d", 0.3)]
    found = said(rows).verdict
    assert (found.sentence, found.settled) == ("Do not update a().", True)
    assert found.chosen == ("a()", "never", "0s")
    assert "One step faster, every 1d: NDCG@10 +0.000100 at 5.00\u00a0±\u00a00.50 times the CPU." in found.more


def test_where_nothing_was_ever_updated_nobody_is_told_not_to(made_row, said):
    found = said([made_row("a()", "never"), made_row("b()", "never", 0.2)]).verdict
    assert found.sentence == "Use a() as first trained."


def test_one_seed_of_a_strategy_that_draws_settles_nothing(made_row, said):
    rows = [made_row(draws=True), made_row("b()", value=0.1)]
    found = said(rows).verdict
    assert found.sentence == "Not settled; best bet: a() daily."
    assert "One seed of a strategy that may draw at random settles nothing about it." in found.more
    assert "About 2 seeds would settle it, if the values stay as they are." in found.more
    assert said([made_row(draws=True, seeds=3, luck=0.001), rows[1]]).verdict.settled


def test_a_deterministic_strategy_needs_no_seeds(made_row, said):
    assert said([made_row(seeds=3), made_row("b()", seeds=3, value=0.1)]).verdict.settled


def test_rows_that_no_update_was_due_for_are_no_evidence(made_row, said):
    undue = {"updates": 0.0, "interval_seconds": np.inf}
    rows = [made_row("a()", "never"), made_row("a()", "30d", more=undue)]
    found = said(rows, span_days=0.03)
    assert found.verdict.sentence == "No verdict: no update was due."
    assert found.verdict.chosen is None
    assert found.verdict.more[0] == (
        "No update was due every 30d: the test spans 43 minutes. Those rows are the model of the warm-up, and say "
        "nothing about updating."
    )
    assert [alert.text for alert in found.alerts] == [found.verdict.more[0]]
    some = said([*rows, made_row("a()", "1d", 0.5)], span_days=20)
    assert some.verdict.sentence == "Update a() daily."
    assert "the test spans 20 days" in some.verdict.more[-1]


def test_accuracy_near_1_is_judged_on_its_errors(made_row, said):
    rows = [made_row(value=0.974), made_row("a()", "never", 0.955, cost=1.0)]
    found = said(rows, metric="accuracy")
    assert found.verdict.sentence == "Update a() daily."
    assert "It removes 42\u00a0% of the errors of a() never updated" in found.verdict.more[1]
    assert found.row("a()", "never").regret == pytest.approx(0.73, abs=0.02)


def test_where_lower_is_better_less_is_better(made_row, said):
    found = said([made_row(value=0.9), made_row("b()", value=1.1)], better="lower", metric="rmse").verdict
    assert found.sentence == "Update a() daily."


def test_a_plugins_metric_keeps_its_name_at_the_start_of_a_sentence(made_row, said):
    verdict = said([made_row(value=0.9), made_row("b()", value=0.2)], metric="mine@5").verdict
    text = " ".join(verdict.more)
    assert "mine@5 0.9" in text
    assert "Mine" not in text


def test_the_gain_over_never_updating_comes_with_its_interval(made_row, said):
    rows = [made_row(own=0.1), made_row("a()", "never", 0.2, own=0.1)]
    found = said(rows).verdict
    assert found.gain_low < 0.5 < found.gain_high
    assert any(text.startswith("It gains ") and "did not choose" in text for text in found.more)


def test_a_step_says_from_which_worth_it_pays(made_row, said):
    rows = [made_row("a()", every, value, cost=cost) for every, value, cost in
            (("1w", 0.25, 50.0), ("1d", 0.30, 100.0), ("1h", 0.3006, 900.0))]  # fmt: skip
    found = said(rows).verdict
    assert found.sentence == "Update a() daily."
    assert (
        "Daily pays over weekly if 1\u00a0% of NDCG@10 is worth more than 2.5 CPU seconds per million events "
        "(95\u00a0% interval 2.5 to 2.5)."
    ) in found.more
    assert any(text.startswith("Hourly pays over daily if") for text in found.more)
    assert "One step slower, every 1w: NDCG@10 −0.0500 at 0.500\u00a0±\u00a00.050 times the CPU." in found.more


def test_a_worth_weighs_gain_against_cost_in_money(made_row, said):
    prices = Prices(cpu_hour=3.6)  # 0.001 a second
    rows = [made_row("a()", every, value, cost=cost, more={"cost_per_million": cost / 1000}) for every, value, cost in
            (("never", 0.25, 1000.0), ("1d", 0.30, 9000.0))]  # fmt: skip
    dear, cheap = (
        said(rows, terms=Terms(prices=prices, worth=Worth("ndcg@10", whole))).verdict for whole in (10.0, 1000.0)
    )
    assert dear.sentence == "Do not update a()."
    assert cheap.sentence == "Update a() daily."
    assert (
        "A million events bring 167 more than with a() never updated and cost 8.00 more: 159 net (95\u00a0% interval "
        "159 to 159)."
    ) in cheap.more


def test_another_tolerance_is_another_verdict(made_row, said):
    rows = [made_row(cost=100.0), made_row("b()", value=0.28, cost=10.0)]
    verdicts = [said(rows, terms=Terms(tolerance=tolerance)).verdict.sentence for tolerance in
                (Tolerance(0.02), Tolerance(0.1), Tolerance(0.03, relative=False))]  # fmt: skip
    assert verdicts == ["Update a() daily.", "Update b() daily.", "Update b() daily."]


def test_a_knee_is_named_for_other_strategies(made_row, said):
    rows = [made_row(value=0.5), made_row("b()", "1w", 0.3, cost=10.0), made_row("b()", "1h", 0.3)]
    assert "No faster schedule is needed to stay within 2.0\u00a0% for b() weekly." in said(rows).verdict.more


def test_a_much_cheaper_row_that_loses_little_is_named(made_row, said):
    rows = [made_row(value=0.3), made_row("b()", value=0.29, cost=10.0)]
    told = said(rows).verdict.more[-1]
    assert told == "b() every 1d is expected to lose 3.3\u00a0%, for 10 times less CPU."
    assert said([rows[0], made_row("b()", value=0.29, cost=60.0)]).verdict.more[-1] != told


def test_rows_over_the_budget_are_left_out_and_named(made_row, said):
    out = made_row("big()", value=0.9, more={"excluded": "memory 9 GB > 1 GB"})
    found = said([out, made_row(), made_row("b()", value=0.2)]).verdict
    assert found.sentence == "Update a() daily."
    assert found.more[-1] == "Left out by the limits: big() every 1d (memory 9 GB > 1 GB)."
    assert said([out]).verdict.sentence == "No verdict: no row stays within the limits."


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "No verdict: nothing was measured."),
        ([{"failed": True}, {"strategy": "b()", "failed": True}], "No verdict: none of 2 cells succeeded."),
        ([{}], "Only a() daily was measured."),
    ],
)
def test_where_there_is_nothing_to_decide_it_says_so(made_row, said, rows, sentence):
    assert said([made_row(**row) for row in rows]).verdict.sentence == sentence


def test_fewer_than_six_windows_give_no_verdict(made_row, said):
    found = said([made_row(own=0.1), made_row("b()", value=0.2, own=0.1)], windows=5).verdict
    assert (found.sentence, found.chosen, found.settled) == ("No verdict: too few windows.", None, False)


def test_costs_that_were_not_measured_are_not_made_up(made_row, said):
    nothing = {**dict.fromkeys(["recommend_p50_seconds", "cpu_seconds_per_million", "peak_bytes"], np.nan),
               "update_p50_seconds": np.nan, "update_max_seconds": np.nan, "cells_cpu_seconds": (np.nan,)}  # fmt: skip
    found = said([made_row("a()", "never", more=nothing), made_row("b()", "never", 0.2, more=nothing)]).verdict
    assert "What it costs was not measured." in found.more
    assert found.chosen == ("a()", "never", "0s")


def test_a_headline_has_at_most_twelve_words_whatever_the_expression(made_row, said):
    name = "replay(gru4rec(dim=64, layers=2, dropout=0.1), size=5000, ratio=0.5, loss=True, union='none', share=1)"
    found = said([made_row(name, "6h", more={}), made_row("b()", value=0.2)]).verdict
    assert len(found.sentence.split()) <= 12
    assert found.sentence.startswith("Update replay(gru4rec(dim=64,")


@pytest.mark.slow
def test_on_a_stream_where_nothing_moves_no_update_is_recommended(tmp_path, monkeypatch):
    monkeypatch.setenv("FRESHMARK_CACHE", str(tmp_path / "cache"))
    results = run(
        streams=[f"drift(preset='null', seed={seed})" for seed in range(4)],
        strategies=["popularity", "online_mf"],
        every=["never", "1d"],
        folder=tmp_path / "run",
    )
    assert not any(found.sentence.startswith("Update") for found in results.verdicts())


def test_verdicts_of_a_run_come_one_a_stream(fabricated, made):
    streams = [fabricated.MadeStream("one"), fabricated.MadeStream("two", task="rate")]
    cells = [
        fabricated.MadeCell(name, stream=stream, skill=skill, seed=seed)
        for stream in ("one", "two")
        for name, skill in (("good()", 0.9), ("bad()", 0.1))
        for seed in range(3)
    ]
    found = made(cells, streams).verdicts()
    assert [one.stream for one in found] == ["one", "two"]
    assert [one.sentence for one in found] == ["Update good() daily."] * 2
