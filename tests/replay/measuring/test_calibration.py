"""The kernel before and after a cell, and the load of the machine meanwhile; all clocks are planted."""

from __future__ import annotations

import math
import os

import numpy as np
import pytest
from freshmark.replay.measuring.calibration import ROUNDS, Calibration

NANO = 1_000_000_000


class Machine:
    """Each round of the kernel takes ``kernel`` CPU seconds; ``ticks`` are those of /proc/stat, 100 a second."""

    def __init__(self, folder):
        self.kernel, self.wall, self.own, self.cpu = 0.01, 0.0, 0.0, 0
        self.stat = folder / "stat"
        self.show()

    def show(self, *, user=0, system=0, idle=0, iowait=0, steal=0, guest=0):
        self.stat.write_text(f"cpu  {user} 0 {system} {idle} {iowait} 0 0 {steal} {guest} 0\ncpu0 1 2 3\n")

    def thread(self):
        self.cpu += int(self.kernel * NANO / 2)  # read before and after each round: half of the steps lie within
        return self.cpu

    def calibration(self):
        return Calibration(
            lambda: (self.thread(), self.thread())[1],
            lambda: int(self.wall * NANO),
            lambda: os.times_result((self.own, 0.0, 0.0, 0.0, 0.0)),
            self.stat,
        )


def test_the_kernel_is_timed_before_and_after(tmp_path):
    machine = Machine(tmp_path)
    calibration = machine.calibration()
    calibration.begin()
    machine.kernel, machine.wall = 0.02, 1.0
    read = calibration.end()
    assert read["kernel"] == 1
    assert read["kernel_before_seconds"] == pytest.approx(0.01)
    assert read["kernel_after_seconds"] == pytest.approx(0.02)


def test_one_slow_round_of_three_does_not_count(tmp_path):
    machine = Machine(tmp_path)
    calibration = machine.calibration()
    took = iter([9.0, 0.01, 5.0, 0.01])  # the first only fills the caches
    calibration._round = lambda: next(took)
    calibration.begin()
    assert calibration._before == pytest.approx(0.01)
    assert ROUNDS == 3


def test_what_others_used_is_what_the_machine_did_less_what_this_process_did(tmp_path):
    machine = Machine(tmp_path)
    calibration = machine.calibration()
    calibration.begin()
    # Ten seconds of two cores: 13 s busy, of which 9 are ours; 1 s stolen, 6 s idle. Guest time is in user time.
    machine.show(user=1000, system=300, idle=500, iowait=100, steal=100, guest=400)
    machine.wall, machine.own = 10.0, 9.0
    read = calibration.end()
    assert read["other_cores"] == pytest.approx(0.4)
    assert read["steal_share"] == pytest.approx(0.05)


def test_without_proc_stat_the_load_is_unknown(tmp_path):
    machine = Machine(tmp_path)
    machine.stat.unlink()
    calibration = machine.calibration()
    calibration.begin()
    read = calibration.end()
    assert math.isnan(read["steal_share"])
    assert math.isnan(read["other_cores"])
    assert read["kernel_before_seconds"] > 0


def test_the_kernel_does_the_same_work_each_time():
    calibration = Calibration()
    calibration._work()
    first = calibration._values.copy()
    calibration._work()
    assert np.array_equal(first, calibration._values)
