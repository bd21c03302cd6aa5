import numpy as np
import pytest
from freshmark.results.decision.ranking import COLUMNS


def row(table, strategy, every):
    found = table[(table["strategy"] == strategy) & (table["every"] == every)]
    assert len(found) == 1
    return found.iloc[0]


def test_one_row_a_strategy_and_schedule_best_first(made):
    table = made().ranking()
    assert list(table.columns) == list(COLUMNS)
    assert len(table) == 12
    assert table["value"].is_monotonic_decreasing
    assert table.iloc[0]["strategy"] == "retrain(mf())"


def test_a_value_is_the_mean_over_seeds(fabricated, made):
    results = made([fabricated.MadeCell("a()", seed=seed) for seed in range(3)])
    values = [(1 / results.outcomes(key).rank).mean() for key in results.cells["key"]]
    ranked = results.ranking("mrr").iloc[0]
    assert ranked["value"] == pytest.approx(np.mean(values))
    assert ranked["seeds"] == 3


def test_seeds_that_differ_widen_the_margin(fabricated, made, tmp_path):
    alike = [fabricated.MadeCell("a()", seed=seed, skill=0.5) for seed in range(4)]
    apart = [fabricated.MadeCell("b()", seed=seed, skill=0.3 + 0.15 * seed) for seed in range(4)]
    table = made(alike + apart).ranking()
    assert row(table, "b()", "1d")["margin"] > 3 * row(table, "a()", "1d")["margin"]


def test_a_clear_difference_is_told_apart(made):
    table = made().ranking()
    best, other = table.iloc[0], row(table, "popularity()", "never")
    assert (best["difference"], best["difference_margin"], best["ratio"]) == (0.0, 0.0, 1.0)
    assert bool(other["distinguishable"])
    assert other["difference"] == pytest.approx(other["value"] - best["value"])
    assert other["ratio"] == pytest.approx(other["value"] / best["value"])


def test_two_copies_of_one_strategy_are_not_told_apart(fabricated, made):
    cells = [fabricated.MadeCell(name, "1d", 0.4, seed=seed) for name in ("a()", "b()") for seed in range(3)]
    table = made(cells).ranking()
    assert not table["distinguishable"].astype(bool).any()


def test_where_lower_is_better_the_lowest_is_the_best(fabricated, made):
    cells = [fabricated.MadeCell("good()", skill=1.2), fabricated.MadeCell("bad()", skill=0.2)]
    table = made(cells, [fabricated.MadeStream(task="rate")]).ranking()
    assert list(table["strategy"]) == ["good()", "bad()"]
    assert table["metric"].iloc[0] == "rmse"
    assert table["difference"].iloc[1] > 0
    assert 0 < table["ratio"].iloc[1] < 1
    assert bool(table["distinguishable"].iloc[1])


def test_the_margin_of_a_root_is_that_of_the_root(fabricated, made):
    results = made([fabricated.MadeCell("a()", skill=0.5)], [fabricated.MadeStream(task="rate", windows=96)])
    ranked = results.ranking().iloc[0]
    # 4,000 errors of standard deviation 1: the standard error of their root mean square is 1 / √8000.
    assert ranked["value"] == pytest.approx(1.0, abs=0.05)
    assert ranked["margin"] == pytest.approx(1.96 / np.sqrt(8000), rel=0.5)


def test_a_metric_that_is_no_mean_ranks_too(fabricated, made):
    cells = [fabricated.MadeCell("good()", skill=0.9), fabricated.MadeCell("bad()", skill=0.1)]
    table = made(cells, [fabricated.MadeStream(task="click")]).ranking("auc")
    assert list(table["strategy"]) == ["good()", "bad()"]
    assert bool(table["distinguishable"].iloc[1])


def test_too_few_windows_tell_nothing_apart(fabricated, made):
    table = made(streams=[fabricated.MadeStream(windows=2, events=50)]).ranking()
    assert table["margin"].isna().all()
    assert not table["distinguishable"].astype(bool).any()


def test_a_row_whose_cells_failed_is_last_and_says_why(fabricated, made):
    cells = [fabricated.MadeCell("boom()", status="oom", reason="over 1 GiB"), fabricated.MadeCell("a()")]
    last = made(cells).ranking().iloc[-1]
    assert (last["strategy"], last["status"], last["reason"], last["seeds"], last["failed"]) == (
        "boom()", "oom", "over 1 GiB", 0, 1,
    )  # fmt: skip
    assert np.isnan(last["value"])


def test_a_row_with_one_failed_seed_counts_the_others(fabricated, made):
    cells = [fabricated.MadeCell("a()", seed=0), fabricated.MadeCell("a()", seed=1, status="timeout")]
    ranked = made(cells).ranking().iloc[0]
    assert (ranked["seeds"], ranked["failed"], ranked["status"]) == (1, 1, "timeout")
    assert np.isfinite(ranked["value"])


def test_new_users_and_items_have_their_own_column(made):
    results = made()
    ranked = results.ranking().iloc[0]
    table = results.measurements
    same = (table["strategy"] == ranked["strategy"]) & (table["every"] == ranked["every"]) & (table["window"] == -1)
    same &= table["metric"] == "ndcg@10"
    for column, segment in (("new_user", "new user"), ("new_item", "new item")):
        assert ranked[column] == pytest.approx(table[same & (table["segment"] == segment)]["value"].iloc[0])


def test_updates_do_not_count_the_first_fit(fabricated, made):
    table = made([fabricated.MadeCell("a()", "never"), fabricated.MadeCell("a()", "1d")]).ranking()
    never, daily = row(table, "a()", "never"), row(table, "a()", "1d")
    assert (never["updates"], daily["updates"]) == (0, 6)
    assert never["interval_seconds"] == np.inf
    assert daily["interval_seconds"] == pytest.approx(86_400)
    assert np.isnan(never["update_p50_seconds"])
    assert never["update_seconds"] == 0


def test_percentiles_are_over_the_samples_of_all_seeds_and_none_is_shown_without(fabricated, made):
    results = made([fabricated.MadeCell("a()", "1h", seed=seed) for seed in range(4)])
    ranked = results.ranking().iloc[0]
    took = np.concatenate([results.table(key, "updates")["seconds"][1:] for key in results.cells["key"]])
    assert len(took) == 576
    assert ranked["update_p99_seconds"] == np.percentile(took, 99, method="inverted_cdf")
    assert ranked["update_max_seconds"] == took.max()


def test_18_updates_have_no_p99(fabricated, made):
    ranked = made([fabricated.MadeCell("a()", "1d", seed=seed) for seed in range(3)]).ranking().iloc[0]
    assert np.isnan(ranked["update_p99_seconds"])
    assert np.isfinite(ranked["update_p50_seconds"])


def test_first_requests_are_reported_apart(fabricated, made):
    assert made([fabricated.MadeCell("a()")]).ranking()["requests"].iloc[0] == 24 * 40 - 1


def test_costs_are_those_of_fit_updates_and_answers(fabricated, made):
    results = made([fabricated.MadeCell("a()", "1d")])
    cell = results.cells.iloc[0]
    ranked = results.ranking().iloc[0]
    spent = cell["fit_cpu_seconds"] + cell["update_cpu_seconds"] + cell["answer_cpu_seconds"]
    assert ranked["cpu_seconds_per_million"] == pytest.approx(spent * 1e6 / 4000)
    assert ranked["peak_bytes"] == cell["peak_rss_bytes"]
    assert ranked["state_bytes"] == 4e5


def test_a_delay_makes_a_row_of_its_own(fabricated, made):
    table = made([fabricated.MadeCell("a()"), fabricated.MadeCell("a()", delay="10m", skill=0.2)]).ranking()
    assert list(table["schedule"]) == ["every 1d", "every 1d, 10m late"]


def test_streams_are_ranked_apart(fabricated, made):
    streams = [fabricated.MadeStream("one"), fabricated.MadeStream("two")]
    cells = [fabricated.MadeCell("a()", stream="one", skill=0.2), fabricated.MadeCell("b()", stream="two")]
    table = made(cells, streams).ranking()
    assert table["ratio"].tolist() == [1.0, 1.0]
