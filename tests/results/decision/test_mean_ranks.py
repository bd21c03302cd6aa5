import numpy as np
import pytest
from freshmark.results.decision.mean_ranks import of_values
from scipy import stats

# Accuracies of C4.5 and its variants on 14 data sets: Demšar 2006, table 2 (m, cf, and both, beside plain C4.5).
DEMSAR = np.array([
    [0.763, 0.768, 0.771, 0.798], [0.599, 0.591, 0.590, 0.569], [0.954, 0.971, 0.968, 0.967],
    [0.628, 0.661, 0.654, 0.657], [0.882, 0.888, 0.886, 0.898], [0.936, 0.931, 0.916, 0.931],
    [0.661, 0.668, 0.609, 0.685], [0.583, 0.583, 0.563, 0.625], [0.775, 0.838, 0.866, 0.875],
    [1.000, 1.000, 1.000, 1.000], [0.940, 0.962, 0.965, 0.962], [0.619, 0.666, 0.614, 0.669],
    [0.972, 0.981, 0.9751, 0.975], [0.957, 0.978, 0.946, 0.970],
])  # fmt: skip
NAMES = ["C4.5", "C4.5+m", "C4.5+cf", "C4.5+m+cf"]


def test_the_example_of_demsar_comes_out_as_printed():
    found = of_values(-DEMSAR, NAMES)
    ranks = dict(zip(found.names, found.ranks, strict=True))
    assert found.names[0] == "C4.5+m+cf"
    assert [round(ranks[name], 3) for name in NAMES] == [3.143, 2.0, 2.893, 1.964]
    assert found.critical == pytest.approx(1.25, abs=0.005)
    assert found.p_value < 0.05
    assert found.streams == 14


def test_the_critical_values_are_those_of_the_table():
    # Demšar 2006, table 5a, at 0.05.
    for rows, q in ((2, 1.960), (3, 2.343), (5, 2.728), (10, 3.164)):
        values = np.random.default_rng(0).standard_normal((6, rows))
        expected = q * np.sqrt(rows * (rows + 1) / 36)
        assert of_values(values, ["x"] * rows).critical == pytest.approx(expected, rel=1e-3)


def test_the_p_value_is_of_imans_and_davenports_f():
    values = np.random.default_rng(1).standard_normal((8, 4)) + np.array([0, 0, 1, 2])
    chi = stats.friedmanchisquare(*values.T).statistic
    f = 7 * chi / (8 * 3 - chi)
    assert of_values(values, list("abcd")).p_value == pytest.approx(stats.f.sf(f, 3, 21))


def test_rows_that_are_equal_everywhere_are_one_group():
    found = of_values(np.ones((6, 3)), list("abc"))
    assert (found.p_value, found.groups) == (1.0, ((0, 2),))


def test_rows_in_the_same_order_everywhere_are_told_apart_if_far_enough():
    found = of_values(np.tile(np.arange(4.0), (20, 1)), list("abcd"))
    assert found.names == ("a", "b", "c", "d")
    assert found.p_value == 0.0
    assert found.groups == ((0, 1), (1, 2), (2, 3)) if found.critical > 1 else found.groups == ()


def test_a_group_is_the_longest_run_that_cannot_be_told_apart():
    rng = np.random.default_rng(2)
    found = of_values(rng.standard_normal((30, 5)) + np.array([0, 0, 0, 9, 9]), list("abcde"))
    assert found.groups == ((0, 2), (3, 4))


def test_two_rows_are_compared_by_signs():
    values = np.array([[1.0, 2.0]] * 9 + [[2.0, 1.0]])
    assert of_values(values, ["a", "b"]).p_value == pytest.approx(stats.binomtest(9, 10).pvalue)
    assert of_values(np.ones((5, 2)), ["a", "b"]).p_value == 1.0


def many(fabricated, made, count):
    streams = [fabricated.MadeStream(f"s{place}", events=600) for place in range(count)]
    cells = [
        fabricated.MadeCell(name, stream=stream.name, skill=skill)
        for stream in streams
        for name, skill in (("a()", 0.8), ("b()", 0.4), ("c()", 0.1))
        if (name, stream.name) != ("c()", "s1")
    ]
    return made(cells, streams)


def test_a_run_of_many_streams_compares_the_rows_that_all_have(fabricated, made):
    found = many(fabricated, made, 6).critical_difference()
    assert found.names == ("a() every 1d", "b() every 1d")
    assert found.ranks.tolist() == [1.0, 2.0]
    assert found.p_value == pytest.approx(2 * 0.5**6)


def test_four_streams_are_too_few(fabricated, made):
    assert many(fabricated, made, 4).critical_difference() is None
