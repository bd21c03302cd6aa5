import numpy as np
import pytest
from freshmark.results.decision.curves import CurvePoint
from freshmark.results.decision.ranking import RankingRow
from freshmark.results.decision.verdict import verdict_on
from freshmark.runs.api import run


def rows(*made):
    usual = {
        "stream": "s", "task": "rank",
        "strategy": "a()", "every": "1d", "delay": "0s", "metric": "ndcg@10", "status": "ok", "seeds": 1, "failed": 0,
        "value": 0.3, "margin": 0.01, "difference": 0.0, "difference_margin": 0.0, "distinguishable": False,
        "ratio": 1.0, "updates": 6.0, "update_p50_seconds": 0.125, "update_max_seconds": 0.164,
        "recommend_p50_seconds": 4e-4, "cpu_seconds_per_million": 100.0, "peak_bytes": 2e8,
    }  # fmt: skip
    return [RankingRow(**{**usual, **one}) for one in made]


WORSE = {"strategy": "b()", "value": 0.2, "difference": -0.1, "difference_margin": 0.02, "distinguishable": True,
         "ratio": 0.667}  # fmt: skip
EQUAL = {"strategy": "b()", "value": 0.29, "difference": -0.01, "difference_margin": 0.02, "ratio": 0.967,
         "detectable": 0.03}  # fmt: skip
FAR = {**EQUAL, "value": 0.2, "difference": -0.1, "difference_margin": 0.15, "ratio": 0.667}


def verdict(*made, better="higher"):
    return verdict_on("s", rows(*made), better)


def test_a_winner_is_named_with_its_lead_over_the_runner_up():
    found = verdict({}, WORSE)
    assert found.sentence == (
        "Use a() every 1d: NDCG@10 0.300\u00a0±\u00a00.010, 0.100 above the runner-up, b() every 1d "
        "(95\u00a0% interval 0.0800 to 0.120)."
    )
    assert found.chosen == ("a()", "1d", "0s")


def test_noise_is_never_called_a_winner():
    found = verdict({}, EQUAL)
    assert "cannot be told apart on NDCG@10" in found.sentence
    assert "Use" not in found.sentence


def test_of_equals_the_cheapest_is_taken():
    found = verdict({}, {**EQUAL, "cpu_seconds_per_million": 5.0})
    assert "a() every 1d and b() every 1d cannot be told apart" in found.sentence
    assert "take the cheapest, b() every 1d: NDCG@10 0.290" in found.sentence
    assert found.chosen == ("b()", "1d", "0s")


def test_of_equals_none_is_taken_that_is_beaten_on_accuracy_and_cost():
    noisy = {**EQUAL, "cpu_seconds_per_million": 50.0}
    better = {**WORSE, "strategy": "c()", "value": 0.295, "ratio": 0.983, "cpu_seconds_per_million": 10.0}
    found = verdict({}, better, noisy)
    assert found.chosen == ("a()", "1d", "0s")
    assert "take a() every 1d, which nothing beats on both accuracy and cost" in found.sentence
    assert found.more[-1] == "c() every 1d reaches 98.3\u00a0% of it for 10 times less CPU."


def test_a_strategy_at_several_schedules_is_named_once():
    found = verdict({}, {**EQUAL, "strategy": "a()", "every": "1h"}, {**EQUAL, "every": "event"})
    assert found.sentence.startswith("a() every 1d or 1h and b() every event cannot be told apart")


def test_many_equals_are_counted():
    found = verdict({}, *({**EQUAL, "strategy": f"b{place}()"} for place in range(6)))
    assert "a() every 1d, b0() every 1d, b1() every 1d and 4 other strategies cannot" in found.sentence


def test_where_updating_earns_nothing_the_verdict_says_do_not():
    assert verdict({"every": "never", "updates": 0.0}, WORSE).sentence.startswith(
        "Do not update. a() as first trained gives NDCG@10 0.300"
    )
    found = verdict({}, {**EQUAL, "every": "never", "cpu_seconds_per_million": 1.0})
    assert found.sentence.startswith("Do not update. ")
    assert "the cheapest, b() as first trained, gives" in found.sentence


def test_where_no_cell_succeeded_it_says_so():
    failed = {"value": np.nan, "status": "timeout", "seeds": 0, "failed": 2}
    found = verdict(failed, {**failed, "status": "oom"})
    assert found.sentence == "No verdict: none of 4 cells succeeded (oom and timeout)."
    assert found.chosen is None


def test_a_single_row_has_nothing_to_be_compared_with():
    assert verdict({}).sentence.startswith("Only a() every 1d was measured")


def test_where_lower_is_better_the_lead_is_below():
    found = verdict(
        {"metric": "rmse", "value": 0.9}, {**WORSE, "metric": "rmse", "value": 1.1, "difference": 0.2}, better="lower"
    )
    assert "RMSE 0.900" in found.sentence
    assert "0.200 below the runner-up" in found.sentence


def test_what_it_costs_is_said():
    (sentence,) = verdict({}).more
    assert sentence == (
        "An update takes 125 ms, longest 164 ms, an answer 400 µs, a million events cost 100 CPU seconds and memory "
        "peaks at 200 MB above the start."
    )


def test_a_tail_is_said_where_there_are_samples_for_it():
    assert "An update takes 125 ms, p99 150 ms" in verdict({"update_p99_seconds": 0.15}).more[0]


def test_few_updates_are_described_by_their_longest():
    assert "takes at most 164 ms" in verdict({"update_p50_seconds": np.nan}).more[0]


def test_what_is_never_updated_has_no_update_time():
    assert "update" not in verdict({"every": "never", "updates": 0.0}).more[0]


def test_costs_that_nobody_measured_are_not_made_up():
    nothing = dict.fromkeys(["recommend_p50_seconds", "cpu_seconds_per_million", "peak_bytes"], np.nan)
    found = verdict({**nothing, "updates": 0.0}, {**EQUAL, **nothing, "updates": 0.0})
    assert found.more[0] == "What it costs was not measured."
    assert found.chosen == ("a()", "1d", "0s")


@pytest.mark.parametrize("cheaper", [60.0, 90.0])
def test_an_almost_equal_is_named_only_where_it_saves_much(cheaper):
    close = {**WORSE, "ratio": 0.96, "cpu_seconds_per_million": cheaper}
    assert len(verdict({}, close).more) == 1
    assert len(verdict({}, {**close, "cpu_seconds_per_million": 50.0}).more) == 2
    assert len(verdict({}, {**close, "ratio": 0.94, "cpu_seconds_per_million": 1.0}).more) == 1


def test_what_is_far_behind_but_too_noisy_to_be_ruled_out_is_neither_taken_nor_hidden():
    found = verdict({}, {**FAR, "cpu_seconds_per_million": 1.0})
    assert found.chosen == ("a()", "1d", "0s")
    assert found.sentence == (
        "Take a() every 1d: NDCG@10 0.300\u00a0±\u00a00.010, the best measured. b() every 1d is more than a tenth "
        "behind, but too uncertain to be ruled out."
    )


def test_what_was_never_updated_is_taken_where_it_is_as_good_though_another_is_cheaper():
    frozen = {**EQUAL, "every": "never", "cpu_seconds_per_million": 50.0}
    found = verdict({}, frozen, {**EQUAL, "strategy": "c()", "cpu_seconds_per_million": 1.0})
    assert found.sentence.startswith("Do not update. ")
    assert "the cheapest that is never updated, b() as first trained" in found.sentence
    assert found.chosen == ("b()", "never", "0s")


def test_a_gain_over_its_own_first_training_that_may_be_chance_is_no_reason_to_update():
    found = verdict({}, {**FAR, "strategy": "a()", "every": "never", "updates": 0.0})
    assert found.sentence.startswith("Do not update yet. a() every 1d is 50\u00a0% from a() as first trained")
    assert found.chosen == ("a()", "never", "0s")


def test_anothers_first_training_that_is_far_behind_does_not_forbid_updating():
    assert verdict({}, {**FAR, "every": "never"}).sentence.startswith("Take a() every 1d")


def test_where_no_difference_has_a_margin_there_is_no_verdict():
    unknown = {"difference_margin": np.nan, "margin": np.nan}
    found = verdict({"margin": np.nan}, {**EQUAL, **unknown}, {**FAR, **unknown, "every": "never"})
    assert found.sentence.startswith(
        "No verdict: there are too few windows to tell a difference from chance. a() every"
    )
    assert found.chosen is None


def test_money_decides_what_is_cheapest_where_there_are_prices():
    dear = {"cost_per_million": 9.0, "cpu_seconds_per_million": 1.0}
    found = verdict(dear, {**EQUAL, "cost_per_million": 2.0, "cpu_seconds_per_million": 80.0})
    assert found.chosen == ("b()", "1d", "0s")
    assert "a million events cost 80.0 CPU seconds (2.00 by the price list)" in found.more[0]


def test_money_is_what_an_almost_equal_saves():
    found = verdict({"cost_per_million": 9.0}, {**WORSE, "ratio": 0.97, "cost_per_million": 1.0})
    assert found.more[-1] == "b() every 1d reaches 97.0\u00a0% of it for 9.0 times less money."


def test_equals_come_with_the_difference_that_would_have_been_seen():
    (told,) = (one for one in verdict({}, EQUAL).more if one.startswith("A difference"))
    assert told.startswith("A difference below 0.030 (10\u00a0%) would have been missed")
    assert not any(one.startswith("A difference") for one in verdict({}, WORSE).more)


def curve(*schedules):
    usual = {"stream": "s", "strategy": "a()", "delay": "0s", "metric": "ndcg@10", "interval_seconds": 1.0,
             "value": 0.3, "margin": 0.01, "difference": 0.0, "difference_margin": 0.0, "p_value": 1.0,
             "flat": True}  # fmt: skip
    return [CurvePoint(**{**usual, "schedule": f"every {one['every']}", **one}) for one in schedules]


def test_the_next_schedules_are_told_with_what_they_gain_lose_and_cost():
    curves = curve(
        {"every": "1w"},
        {"every": "1d", "step": 0.05, "step_margin": 0.01, "step_cost": 2.0, "knee": True},
        {"every": "1h", "step": 0.002, "step_margin": 0.004, "step_cost": 9.0},
    )
    found = verdict_on("s", rows({}, WORSE), "higher", curves).more
    assert (
        "One step faster, every 1h: NDCG@10 +0.0020\u00a0±\u00a00.0040, which may be chance, at 9.0 times the CPU."
        in found
    )
    assert "One step slower, every 1w: NDCG@10 −0.050\u00a0±\u00a00.010 at 0.50 times the CPU." in found
    assert "A faster schedule gains nothing measurable for a() beyond every 1d." in found


@pytest.mark.parametrize("other", [WORSE, EQUAL])
def test_where_nothing_was_ever_updated_nobody_is_told_not_to(other):
    found = verdict({"every": "never", "updates": 0.0}, {**other, "every": "never", "updates": 0.0})
    assert found.sentence.startswith("No update was measured. ")


def test_of_what_lies_beyond_the_fastest_schedule_nothing_is_said():
    curves = curve({"every": "1w"}, {"every": "1d", "knee": True})
    found = verdict_on("s", rows({}, WORSE), "higher", curves).more
    assert not any(one.startswith("A faster schedule gains nothing") for one in found)


def test_at_the_ends_of_a_curve_there_is_one_step_only():
    curves = curve({"every": "never", "knee": True}, {"every": "1d", "step": 0.0, "step_margin": 0.0, "step_cost": 3.0})
    frozen = rows({"every": "never", "updates": 0.0}, {**WORSE, "strategy": "a()"})
    found = verdict_on("s", frozen, "higher", curves).more
    assert "One step faster, every 1d: no change at 3.0 times the CPU." in found
    assert not any(one.startswith("One step slower") for one in found)
    assert "A faster schedule gains nothing measurable for a() at all." in found


def test_a_strategy_at_one_schedule_has_no_curve_to_speak_of():
    found = verdict_on("s", rows({}, WORSE), "higher", curve({"every": "1d", "knee": True})).more
    assert not any("schedule" in one or "step" in one for one in found)


def test_rows_over_the_budget_are_left_out_and_named():
    out = {"strategy": "big()", "value": 0.9, "difference": 0.6, "excluded": "memory 9 GB > 1 GB"}
    found = verdict(out, {}, WORSE)
    assert found.sentence.startswith("Use a() every 1d")
    assert found.more[-1] == "Left out by the limits: big() every 1d (memory 9 GB > 1 GB)."


@pytest.mark.slow
def test_on_a_stream_where_nothing_moves_nothing_is_declared_better_than_never(tmp_path, monkeypatch):
    monkeypatch.setenv("FRESHMARK_CACHE", str(tmp_path / "cache"))
    results = run(
        streams=[f"drift(preset='null', seed={seed})" for seed in range(4)],
        strategies=["popularity", "online_mf"],
        every=["never", "1d"],
        folder=tmp_path / "run",
    )
    assert all(found.sentence.startswith("Do not update") for found in results.verdicts())


def test_verdicts_of_a_run_come_one_a_stream(fabricated, made):
    streams = [fabricated.MadeStream("one"), fabricated.MadeStream("two", task="rate")]
    cells = [
        fabricated.MadeCell(name, stream=stream, skill=skill)
        for stream in ("one", "two")
        for name, skill in (("good()", 0.9), ("bad()", 0.1))
    ]
    found = made(cells, streams).verdicts()
    assert [one.stream for one in found] == ["one", "two"]
    assert all(one.sentence.startswith("Use good() every 1d") for one in found)
