import numpy as np
import pytest
from freshmark.results.statistics.bootstrap import DRAWS, UNKNOWN_LUCK, Row, drawn_windows, luck_of, replicated


def row(series, seeds=(0.0,), **known):
    series = np.asarray(series, float)
    return Row((series - series.mean())[:, None] / len(series), np.asarray(seeds, float), **known)


def noise(seed, windows=64, size=0.1):
    return size * np.random.default_rng(seed).standard_normal(windows)


def test_every_draw_has_as_many_windows_in_blocks_around_the_end():
    counts = drawn_windows(20, 5)
    assert counts.shape == (DRAWS, 20)
    assert (counts.sum(axis=1) == 20).all()
    assert counts.mean(axis=0) == pytest.approx(np.ones(20), abs=0.1)
    assert (drawn_windows(20, 5) == counts).all()


def test_rows_that_move_together_differ_by_nothing():
    level = noise(0, size=0.5)
    errors = replicated([row(level, draws=False), row(level, draws=False)], 0).errors()
    assert errors[:, 0] == pytest.approx(errors[:, 1], abs=1e-15)
    assert errors[:, 0].std() > 0.03


def test_a_difference_spreads_at_least_as_its_windows_do():
    errors = replicated([row(noise(0), draws=False), row(noise(1), draws=False)], 0).errors()
    independent = 0.1 * np.sqrt(2 / 64)
    assert independent < (errors[:, 1] - errors[:, 0]).std() < 2 * independent


def test_seeds_spread_as_the_mean_over_them_with_students_tail():
    rows = [row(np.zeros(64), np.array([-0.02, 0.0, 0.02]), labels=(0, 1, 2)), row(np.zeros(64), draws=False)]
    errors = replicated(rows, 0).errors()
    assert errors[:, 0].std() == pytest.approx(0.02 / np.sqrt(3) * 2.92 / 1.645, rel=0.05)
    assert (errors[:, 1] == 0).all()


def test_seeds_are_paired_where_rows_share_them_as_far_as_so_many_can_know():
    luck = np.array([-0.02, -0.01, 0.0, 0.01, 0.02])
    alike = [row(np.zeros(64), luck, labels=tuple(range(5)), family=name) for name in "ab"]
    apart = [alike[0], row(np.zeros(64), luck, labels=tuple(range(5, 10)), family="b")]
    gaps = [np.subtract(*replicated(rows, 0).errors().T).std() for rows in (alike, apart)]
    assert (gaps[0] / gaps[1]) ** 2 == pytest.approx(0.5, abs=0.05)  # 1 − (5 − 1) / (5 + 3)


def test_the_luck_of_one_seed_is_taken_to_be_as_large_as_any_that_was_measured():
    known = row(np.zeros(64), np.array([-0.1, 0.1]), labels=(0, 1), family="a")
    assert luck_of([row(np.zeros(64))])[0] == pytest.approx([UNKNOWN_LUCK])
    assert luck_of([row(np.zeros(64)), known])[0][0] == pytest.approx(0.1 * np.sqrt(2))
    assert luck_of([row(np.zeros(64), draws=False)])[0] == [0.0]


def test_schedules_of_a_strategy_lend_each_other_their_luck():
    rows = [row(np.zeros(64), seeds, family="a") for seeds in ((-0.01, 0.01), (-0.03, 0.03))]
    deviation, freedom = luck_of(rows)
    assert freedom.tolist() == [2.0, 2.0]
    assert deviation == pytest.approx(np.sqrt([0.001, 0.001]))


def test_more_seeds_and_a_longer_stream_make_errors_smaller():
    rows = [row(noise(0), (-0.02, 0.02), labels=(0, 1)), row(noise(1), draws=False)]
    drawn = replicated(rows, 0)
    now, seeds, longer = (drawn.errors(**more)[:, 0].std() for more in ({}, {"seeds": 10}, {"length": 4.0}))
    assert seeds < now / 2
    assert longer < now


def test_fewer_than_six_windows_say_nothing():
    with pytest.raises(ValueError, match="5 windows"):
        replicated([row(np.zeros(5))], 0)
