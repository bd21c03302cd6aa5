import numpy as np
from freshmark.results.statistics.blocks import windows_for_statistics


def displayed(events, windows):
    return np.arange(events) * windows // events


def test_few_windows_are_cut_finer_into_equally_many_events():
    window, count = windows_for_statistics(np.arange(6000), displayed(6000, 10), 10)
    assert count == 60
    assert np.bincount(window).tolist() == [100] * 60


def test_windows_that_are_enough_stay():
    own = displayed(6000, 80)
    window, count = windows_for_statistics(np.arange(6000), own, 80)
    assert window is own
    assert count == 80


def test_a_short_stream_has_as_many_as_hold_twenty_events():
    assert windows_for_statistics(np.arange(400), displayed(400, 8), 8)[1] == 20
    assert windows_for_statistics(np.arange(100), displayed(100, 8), 8)[1] == 8


def test_events_of_one_time_stay_together():
    time = np.repeat(np.arange(75), 80)
    window, count = windows_for_statistics(time, displayed(6000, 10), 10)
    assert count == 60
    assert (np.diff(window)[np.diff(time) == 0] == 0).all()
    assert (np.diff(window) <= 1).all()
    few = np.repeat(np.arange(4), 1500)
    assert windows_for_statistics(few, displayed(6000, 10), 10)[1] == 10
