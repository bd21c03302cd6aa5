import numpy as np
import pytest
from freshmark.results.statistics.amounts import Scale

NONE = np.zeros((1, 2))


@pytest.mark.parametrize(
    ("values", "higher", "regrets"),
    [
        ([0.030, 0.027], True, [0.0, 0.1]),  # a share of the value
        ([0.97, 0.94], True, [0.0, 1.0]),  # twice the errors
        ([0.40, 0.44], False, [0.0, 0.1]),  # a loss
        ([2.0, 2.2], False, [0.0, 0.1]),
        ([-1.0, -2.0], True, [0.0, 1.0]),  # of the best's size, where there is no share of its own
        ([0.5, 0.0], True, [0.0, 1.0]),
        ([1.0, 0.9], True, [0.0, np.inf]),  # without an error there is nothing to compare with
        ([1.0, 1.0], True, [0.0, 0.0]),
        ([0.0, 0.0], True, [0.0, 0.0]),
    ],
)
def test_a_regret_is_a_share_of_what_can_be_lost(values, higher, regrets):
    scale = Scale.of(values, higher=higher)
    amounts = np.array([scale.amount(value) for value in values])
    assert scale.regrets(amounts, NONE)[0] == pytest.approx(regrets)
    assert scale.losses(amounts, NONE)[0] == pytest.approx(abs(np.array(values) - values[0]))


def test_a_gain_in_proportion_to_the_level_has_no_variance_from_the_level():
    level = 0.2 * np.random.default_rng(0).random(60)
    one, other = level / 60, 1.02 * level / 60
    scale = Scale.of([one.sum(), other.sum()], higher=True)
    moved = [scale.relative(row - row.mean(), row.sum()) for row in (one, other)]
    assert np.abs(moved[0] - moved[1]).max() < 1e-15
    assert scale.between(0.1, 0.4) == pytest.approx(0.2)


def test_more_errors_are_less_accuracy():
    scale = Scale.of([0.9, 0.8], higher=True)
    assert scale.relative(np.array([0.01]), 0.9) == pytest.approx([-0.1])


def test_a_row_whose_amount_is_zero_never_moves():
    assert Scale.of([0.3, 0.0], higher=True).relative(np.zeros(4), 0.0).tolist() == [0.0] * 4
