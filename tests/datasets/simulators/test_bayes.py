"""The Bayes log loss: in closed form, and what the oracle really loses."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.cli import main
from freshmark.contract.streams.drift import Drift
from freshmark_datasets.simulators.bayes import entropy, summary
from freshmark_datasets.simulators.clicks.click_stream import clicks

NUMBER = "bayes log loss"


def realised(stream):
    """(n,) what the oracle loses on what happened."""
    return -np.where(stream.label == 1, np.log(stream.oracle), np.log1p(-stream.oracle))


def test_the_entropy_of_a_coin_is_the_logarithm_of_two():
    assert entropy(np.array([0.5, 0.25])) == pytest.approx([np.log(2), 0.25 * np.log(4) + 0.75 * np.log(4 / 3)])


def test_what_is_certain_loses_nothing():
    assert entropy(np.array([0.0, 1.0, 5e-324])) == pytest.approx(0.0)


def test_the_entropy_of_classes_counts_all_of_them_and_two_are_a_coin():
    shares = np.array([[0.5, 0.5, 0.0], [0.25, 0.75, 0.0], [1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])
    assert entropy(shares) == pytest.approx([*entropy(np.array([0.5, 0.25])), 0.0, np.log(3)])


@pytest.mark.parametrize(("shift", "size"), [("prior", 100), ("prior", -100), ("covariate", 100)])
def test_a_shift_that_leaves_nothing_to_chance_has_numbers_all_the_same(shift, size):
    stream = clicks(shift, size=size, events=300, features=4000).load()
    assert np.isfinite(stream.oracle).all()
    assert "nan" not in stream.about[NUMBER]


@pytest.mark.parametrize("options", [{}, {"bots": 0.5}, {"slate": 5}])
@pytest.mark.parametrize("shift", ["none", "prior", "covariate", "concept"])
def test_what_a_stream_says_of_itself_is_what_its_oracle_loses_within_sampling_error(shift, options):
    stream = clicks(shift, events=20_000, **options).load()
    said = float(stream.about[NUMBER].split()[0])
    p = stream.oracle
    error = np.sqrt(np.sum(p * (1 - p) * np.log(p / (1 - p)) ** 2)) / len(p)
    assert said == pytest.approx(entropy(p).mean(), abs=1e-6)
    assert abs(realised(stream).mean() - said) < 3.5 * error


def test_losses_before_and_after_a_shift_and_during_a_burst_are_reported():
    time, p = np.arange(4), np.array([0.5, 0.5, 0.25, 0.25])
    low = 0.25 * np.log(4) + 0.75 * np.log(4 / 3)
    assert f"{low:.6f} from prior, 0.693147 else" in summary(p, time, (Drift(2, 2, "prior"),))
    assert f"{low:.6f} during bots, 0.693147 else" in summary(p, time, (Drift(2, 9, "bots"),))
    assert summary(p, time, ()) == f"{entropy(p).mean():.6f} nats per event"
    assert ";" not in summary(p, time, (Drift(99, 99, "prior"),))


def test_the_command_line_shows_it(capsys):
    with pytest.raises(SystemExit):
        main(["data", "describe", "clicks('prior', events=2000)"])
    assert "nats per event" in capsys.readouterr().out
