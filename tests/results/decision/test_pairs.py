import numpy as np
import pytest


def test_every_pair_of_rows_is_compared_the_better_first(fabricated, made):
    cells = [fabricated.MadeCell(name, skill=skill) for name, skill in (("a()", 0.2), ("b()", 0.8), ("c()", 0.21))]
    table = made(cells).pairs()
    assert table[["one", "other"]].to_numpy().tolist() == [
        ["b() every 1d", "c() every 1d"],
        ["b() every 1d", "a() every 1d"],
        ["c() every 1d", "a() every 1d"],
    ]
    assert table["distinguishable"].tolist() == [True, True, False]
    assert (np.abs(table["difference"]) > table["margin"]).tolist() == [True, True, False]
    assert (table["p_holm"] >= table["p_value"]).all()
    assert (table["detectable"] > table["margin"]).all()


def test_a_pair_agrees_with_the_ranking(made):
    results = made()
    ranking, pairs = results.ranking(), results.pairs()
    best = pairs[pairs["one"] == f"{ranking['strategy'][0]} {ranking['schedule'][0]}"]
    assert -best["difference"].to_numpy() == pytest.approx(ranking["difference"][1:].to_numpy())
    assert best["margin"].to_numpy() == pytest.approx(ranking["difference_margin"][1:].to_numpy())


def test_where_lower_is_better_the_lower_comes_first(fabricated, made):
    cells = [fabricated.MadeCell("good()", skill=1.2), fabricated.MadeCell("bad()", skill=0.2)]
    table = made(cells, [fabricated.MadeStream(task="rate")]).pairs()
    assert table["one"].tolist() == ["good() every 1d"]
    assert table["difference"].iloc[0] < 0


def test_a_stream_without_the_metric_has_no_pairs(fabricated, made):
    streams = [fabricated.MadeStream("one"), fabricated.MadeStream("two", task="rate")]
    cells = [fabricated.MadeCell(name, stream=stream) for name in ("a()", "b()") for stream in ("one", "two")]
    assert made(cells, streams).pairs("mrr")["stream"].tolist() == ["one"]
