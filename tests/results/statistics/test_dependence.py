import numpy as np
import pytest
from freshmark.results.statistics.dependence import (
    FEW_GROUPS,
    block_length,
    bootstrap_variance,
    over_users,
    over_windows,
    persistence,
    spread_of,
    two_way,
    without_trend,
    worth,
)
from freshmark.results.statistics.intervals import student
from freshmark.results.statistics.simultaneous import resample
from scipy.special import stdtrit


def autoregressive(rho, windows, trials, seed=1):
    """(windows, trials) of a stationary AR(1) process of unit variance."""
    rng = np.random.default_rng(seed)
    steps = rng.standard_normal((windows, trials))
    made = steps.copy()
    for place in range(1, windows):
        made[place] = rho * made[place - 1] + np.sqrt(1 - rho**2) * steps[place]
    return made


def influences(series):
    return (series - series.mean(axis=0)) / len(series)


@pytest.mark.parametrize(("windows", "length"), [(8, 2), (20, 3), (27, 3), (28, 4), (1000, 10), (3, 1)])
def test_blocks_of_what_is_not_alike_grow_as_the_cube_root_of_windows(windows, length):
    assert block_length(windows) == length


def test_blocks_grow_with_persistence_and_leave_at_least_three():
    assert block_length(65, 0.84) > block_length(65, 0.5) > block_length(65)
    assert block_length(30, 0.96) == 10


def test_persistence_is_that_of_the_process_within_its_caution():
    for rho in (0.0, 0.4, 0.8):
        found = persistence(without_trend(autoregressive(rho, 400, 200))).mean()
        assert rho - 0.005 < found < rho + 0.07


def test_what_does_not_move_has_no_variance():
    assert over_windows(np.zeros((10, 2)))[0].tolist() == [0.0, 0.0]


def test_a_parabola_is_taken_out_and_no_more():
    series = influences(autoregressive(0.3, 50, 3))
    time = np.linspace(-1, 1, 50)[:, None]
    assert without_trend(series + 3 * time**2 - time) == pytest.approx(without_trend(series))
    assert np.abs(without_trend(np.sin(9 * time))).max() > 0.5
    assert without_trend(series).sum(axis=0) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("windows", [20, 65])
def test_the_exact_variance_is_that_of_a_bootstrap_that_draws(windows):
    series = influences(autoregressive(0.5, windows, 4))
    length = block_length(windows)
    windows -= windows % int(length)  # so that blocks fill the windows: only then is a draw exactly w/L whole blocks
    series = series[:windows] - series[:windows].mean(axis=0)
    drawn = (resample(windows, 60_000) @ series).var(axis=0)
    blocks = windows / length
    assert bootstrap_variance(series, length) * (blocks - 1) / blocks == pytest.approx(drawn, rel=0.03)


@pytest.mark.parametrize(
    ("rho", "windows", "most"), [(0.0, 20, 0.05), (0.3, 30, 0.05), (0.6, 65, 0.05), (0.84, 65, 0.07), (0.84, 200, 0.05)]
)
def test_an_interval_misses_the_truth_as_rarely_as_it_says_however_alike_windows_are(rho, windows, most):
    series = autoregressive(rho, windows, 4000)
    variance, freedom = over_windows(influences(series))
    missed = np.abs(series.mean(axis=0)) > stdtrit(freedom, 0.975) * np.sqrt(variance)
    assert 0.015 < missed.mean() < most


def test_windows_that_differ_in_size_count_by_their_events():
    rng = np.random.default_rng(2)
    counts = rng.integers(20, 400, (40, 1))
    means = rng.standard_normal((40, 4000)) / np.sqrt(counts)
    whole = (means * counts).sum(axis=0) / counts.sum()
    variance, freedom = over_windows(counts * (means - whole) / counts.sum())
    missed = np.abs(whole) > stdtrit(freedom, 0.975) * np.sqrt(variance)
    assert 0.015 < missed.mean() < 0.07


def test_a_gap_that_grows_and_bends_is_as_sure_as_one_that_stays():
    noise = autoregressive(0.0, 60, 200)
    growing = noise + 20 * np.linspace(0, 1, 60)[:, None] ** 2
    steady, freedom = over_windows(influences(noise))
    assert over_windows(influences(growing))[0] == pytest.approx(steady)
    assert over_windows(influences(growing))[1] == pytest.approx(freedom)


def test_five_windows_cannot_tell_a_spread():
    variance, freedom = over_windows(influences(autoregressive(0.0, 5, 2)))
    assert np.isnan(variance).all()
    assert (freedom == 0).all()
    assert student(0) == np.inf


def table_of(events, windows=40, groups=30, trials=400, own=1.0, seed=3):
    """(windows, groups, trials) influences of events whose users differ by ``own``, and the means."""
    rng = np.random.default_rng(seed)
    shape = (windows, groups, trials)
    values = own * rng.standard_normal((1, groups, trials)) + rng.standard_normal(shape) / np.sqrt(events)
    means = values.mean(axis=(0, 1))
    return (values - means) / (windows * groups), means


def test_events_of_one_user_are_alike_and_only_clustering_sees_it():
    table, means = table_of(events=5)
    windows_only, _ = over_windows(table.sum(axis=1))
    both, _ = two_way(table)
    assert windows_only.mean() < 0.2 * means.var()
    assert both.mean() == pytest.approx(means.var(), rel=0.15)


def test_two_ways_cover_the_truth_as_often_as_they_say():
    for own in (0.0, 0.2, 1.0):
        table, means = table_of(events=5, own=own, trials=2000)
        variance, freedom = two_way(table)
        missed = np.abs(means) > stdtrit(freedom, 0.975) * np.sqrt(variance)
        assert missed.mean() < 0.06


def test_two_ways_are_never_surer_than_either():
    table, _ = table_of(events=1, own=0.1, groups=20)
    joined, _ = two_way(table)
    users, _ = over_users(table)
    assert (joined >= users).all()
    assert (joined >= over_windows(table.sum(axis=1))[0]).all()


def test_few_users_say_nothing_of_users():
    table, _ = table_of(events=5, groups=FEW_GROUPS - 1)
    assert two_way(table)[0] == pytest.approx(over_windows(table.sum(axis=1))[0])


def test_a_spread_is_that_of_one_table():
    table, _ = table_of(events=5, trials=2)
    spread = spread_of(table[..., 0])
    variance, freedom = two_way(table)
    assert spread.variance == pytest.approx(variance[0])
    assert spread.freedom == pytest.approx(freedom[0])


def test_windows_that_are_alike_are_worth_less():
    for rho, least, most in ((0.0, 50, 66), (0.5, 15, 30), (0.84, 3, 9)):
        each = [worth(influences(series)) for series in autoregressive(rho, 65, 200).T]
        assert least < np.median(each) < most


def test_no_windows_are_worth_more_than_there_are():
    alternating = np.tile([1.0, -1.0], 30)
    assert worth(alternating) <= 60
    assert worth(np.zeros(30)) <= 30
