from __future__ import annotations

from itertools import count

import pytest
from freshmark.testing import check_meter, failures


def meter(window):
    class Mine:
        def begin(self):
            self.window = window

    return Mine


def test_a_meter_that_gives_numbers_passes():
    assert not failures(check_meter(meter(lambda: {"open_files": 3.0})))


@pytest.mark.parametrize("window", [lambda: {"x": float("nan")}, lambda: {"x": "3"}, lambda: {1: 1.0}, lambda: 1 / 0])
def test_a_meter_that_gives_something_else_is_caught(window):
    assert failures(check_meter(meter(window)))[0].check == "it gives finite numbers by name"


def test_a_meter_whose_names_change_is_caught():
    numbers = count()
    assert (
        failures(check_meter(meter(lambda: {f"x{next(numbers)}": 1.0})))[0].check == "every window has the same names"
    )
