import numpy as np
import pandas as pd
import pytest
from freshmark.results.stored.measurements import WHOLE


def one(table, **where):
    for name, value in where.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_one_row_is_one_number(fabricated, made):
    table = made([fabricated.MadeCell("a()")]).measurements
    keys = ["strategy", "every", "seed", "window", "segment", "metric"]
    assert not table.duplicated(keys).any()


def test_the_whole_is_the_metric_over_all_events(fabricated, made):
    results = made([fabricated.MadeCell("a()")])
    rank = results.outcomes(results.cells["key"].iloc[0]).rank
    row = one(results.measurements, window=WHOLE, segment="all", metric="hr@10")
    assert row["value"] == pytest.approx((rank <= 10).mean())
    assert row["n"] == 4000


def test_windows_hold_their_own_events(fabricated, made):
    results = made([fabricated.MadeCell("a()")])
    inside = results.events("drift(preset='small')")["window"] == 5
    rank = results.outcomes(results.cells["key"].iloc[0]).rank[inside]
    row = one(results.measurements, window=5, segment="all", metric="mrr")
    assert row["value"] == pytest.approx((1 / rank).mean())
    assert row["n"] == inside.sum()
    assert row["time"] == pd.Timestamp(results.streams["drift(preset='small')"].edges[5], unit="us")


def test_segments_without_events_have_no_row(fabricated, made):
    table = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(events=40, windows=30)]).measurements
    assert (table["n"] > 0).sum() + (table["segment"] == "all").sum() >= len(table)
    accuracy = table[table["metric"] == "hr@10"]
    assert (accuracy["n"] > 0).all()
    assert accuracy["value"].notna().all()


def test_every_segment_is_there_as_a_whole(fabricated, made):
    table = made([fabricated.MadeCell("a()")]).measurements
    whole = table[(table["window"] == WHOLE) & (table["metric"] == "ndcg@10")]
    assert set(whole["segment"]) == {"all", "new user", "known user", "new item", "head", "tail"}
    assert whole[whole["segment"].isin(["new user", "known user"])]["n"].sum() == 4000


def test_costs_and_probes_are_measurements_too(fabricated, made):
    results = made([fabricated.MadeCell("a()")])
    table = results.measurements
    windows = results.table(results.cells["key"].iloc[0], "windows")
    for name in ("coverage", "novelty", "popularity_share", "update_seconds", "rss_bytes"):
        assert one(table, window=3, metric=name, segment="all")["value"] == windows[name][3]


def test_the_whole_sums_durations_takes_the_highest_size_and_averages_shares(fabricated, made):
    results = made([fabricated.MadeCell("a()")])
    table = results.measurements
    windows = results.table(results.cells["key"].iloc[0], "windows")

    def whole(metric):
        return one(table, window=WHOLE, metric=metric, segment="all")["value"]

    assert whole("update_seconds") == pytest.approx(windows["update_seconds"].sum())
    assert whole("updates") == windows["updates"].sum()
    assert whole("rss_bytes") == windows["rss_bytes"].max()
    assert whole("coverage") == pytest.approx(np.average(windows["coverage"], weights=windows["events"]))
    assert whole("changed_bytes") == 1e4  # where nothing changed is unknown, and takes no part


def test_failed_cells_have_no_measurements(fabricated, made):
    table = made([fabricated.MadeCell("a()"), fabricated.MadeCell("b()", status="failed")]).measurements
    assert set(table["strategy"]) == {"a()"}


@pytest.mark.parametrize(
    ("task", "metrics"),
    [
        ("rank", {"ndcg@10", "hr@10", "recall@10", "mrr@10", "map@10", "mrr", "coverage"}),
        ("click", {"logloss", "auc", "calibration_error", "accuracy", "f1"}),
        ("rate", {"rmse", "mae"}),
        ("classify", {"accuracy", "logloss", "f1"}),
    ],
)
def test_every_task_has_its_metrics(fabricated, made, task, metrics):
    table = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(task=task)]).measurements
    costs = {"updates", "update_seconds", "update_cpu_seconds", "answer_seconds", "rss_bytes", "state_bytes",
             "changed_bytes", "gc_seconds", "coverage", "novelty", "popularity_share"}  # fmt: skip
    assert set(table["metric"]) - costs == metrics - {"coverage"}


def test_only_the_requested_metrics(made):
    table = made().measure("ndcg@25", "hr@1")
    assert set(table["metric"]) == {"ndcg@25", "hr@1"}


def test_the_table_is_small(made):
    table = made().measurements
    assert table.memory_usage(deep=True).sum() / len(table) < 40
    assert isinstance(table["strategy"].dtype, pd.CategoricalDtype)


def test_streams_of_several_tasks_share_the_table(fabricated, made):
    streams = [fabricated.MadeStream("one"), fabricated.MadeStream("two", task="rate")]
    cells = [fabricated.MadeCell("a()", stream="one"), fabricated.MadeCell("a()", stream="two")]
    table = made(cells, streams).measurements
    assert set(table[table["stream"] == "two"]["metric"]) >= {"rmse", "mae"}
    assert "rmse" not in set(table[table["stream"] == "one"]["metric"])
