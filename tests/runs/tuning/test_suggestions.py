"""What is tried next depends on the trials before it and the seed alone."""

from __future__ import annotations

import sys
from math import inf, nan

import pytest
from freshmark import Search
from freshmark.errors import UsageError
from freshmark.runs.catalogue.search_spaces import Tunable
from freshmark.runs.store.tunings import Trial
from freshmark.runs.tuning.suggestions import RANDOM_TRIALS, limits_of, optuna, seed_of, suggested

SPACE = {
    "lr": Tunable(0, "lr", Search(1e-4, 1.0, log=True), 0.01),
    "size": Tunable(0, "size", Search(1, 100), 10),
    "kind": Tunable(0, "kind", Search(choices=(None, "a", "b")), None),
}


def trial(number, value=0.0, values=None, state="ok", windows=()):
    return Trial(
        number=number, expression="", values=values or {}, state=state, metric="m", value=value, windows=windows
    )


def run(space, count, value_of, *, seed=0, higher=True):
    """So many trials, each judged by its values."""
    trials: list[Trial] = []
    while len(trials) < count and (values := suggested(space, trials, higher=higher, seed=seed)) is not None:
        every = {name: values.get(name, one.default) for name, one in space.items()}
        trials.append(trial(len(trials), value_of(every), values))
    return trials


@pytest.fixture(autouse=True)
def _extra():
    pytest.importorskip("optuna", reason="tuning is an extra")


def test_the_first_trial_are_the_defaults():
    assert suggested(SPACE, [], higher=True, seed=3) == {}


def test_every_value_lies_in_its_space_and_numbers_have_three_digits():
    for one in run(SPACE, 20, lambda values: values["lr"])[1:]:
        assert all(one.values[name] in option.search for name, option in SPACE.items())
        assert one.values["lr"] == float(f"{one.values['lr']:.3g}")


def test_the_same_seed_tries_the_same_and_another_one_does_not():
    def of(seed):
        return [one.values for one in run(SPACE, 12, lambda values: values["size"], seed=seed)]

    assert of(1) == of(1)
    assert of(1)[1:] != of(2)[1:]


def test_an_interrupted_series_goes_on_as_if_it_had_not_been():
    whole = run(SPACE, 12, lambda values: -abs(values["size"] - 70))
    assert suggested(SPACE, whole[:9], higher=True, seed=0) == whole[9].values


@pytest.mark.parametrize("higher", [True, False])
def test_tpe_comes_nearer_to_the_best_than_the_defaults_and_than_chance(higher):
    sign = 1 if higher else -1
    space = {"lr": SPACE["lr"]}
    found = run(space, 30, lambda values: -sign * abs(values["lr"] - 0.5), higher=higher)
    distances = [abs(one.values.get("lr", 0.01) - 0.5) for one in found]
    assert min(distances) < 0.06 < distances[0]
    assert sum(distances[15:]) < sum(distances[:15])


def test_a_finite_space_ends_when_all_of_it_was_tried():
    space = {"kind": SPACE["kind"]}
    assert [one.values for one in run(space, 20, lambda _: 0.0)] in (
        [{}, {"kind": "a"}, {"kind": "b"}],
        [{}, {"kind": "b"}, {"kind": "a"}],
    )


def test_what_failed_or_was_pruned_does_not_stop_the_series():
    values = [{"lr": number / 100 + 0.02, "size": 5, "kind": "a"} for number in range(5)]
    trials = [
        trial(0, 0.1, values[0], "ok", (0.1, 0.1)),
        trial(1, nan, values[1], "failed"),
        trial(2, 0.1, values[2], "pruned", (0.1,)),
        trial(3, nan, values[3], "crashed"),
        trial(4, 0.2, values[4], "ok", (nan, 0.2)),
        trial(5, 0.2, {**values[4], "size": 6}, "pruned", (nan,)),
    ]
    assert suggested(SPACE, trials, higher=True, seed=0) is not None


def test_a_default_outside_its_space_is_tried_all_the_same():
    space = {"lr": Tunable(0, "lr", Search(0.1, 1.0), 5.0)}
    assert len(run(space, 4, lambda values: values["lr"])) == 4


def test_limits_are_medians_of_whole_trials_after_a_quarter_of_the_windows():
    whole = [trial(n, windows=(n, 10 + n, 20 + n, 30 + n)) for n in range(RANDOM_TRIALS)]
    assert limits_of(whole[:-1], higher=True) == []
    assert limits_of(whole, higher=True) == [None, 12, 22, 32]
    assert limits_of([*whole, trial(9, state="pruned", windows=(99, 99))], higher=True) == [None, 12, 22, 32]


def test_a_window_without_a_value_counts_as_bad_as_can_be():
    whole = [trial(n, windows=(0.0, nan if n < 3 else float(n))) for n in range(5)]
    assert limits_of(whole, higher=True) == [0.0, None]
    whole = [trial(n, windows=(0.0, nan if n < 2 else float(n))) for n in range(5)]
    assert limits_of(whole, higher=True) == [0.0, 2.0]
    assert limits_of(whole, higher=False) == [0.0, 4.0]
    assert inf not in limits_of(whole, higher=False)


def test_a_seed_depends_on_every_word():
    assert seed_of("a", 1) == seed_of("a", 1) != seed_of("a", 2)
    assert 0 <= seed_of("a") < 2**31


def test_without_optuna_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(UsageError) as refused:
        optuna()
    assert refused.value.code == "FM116"
    assert "freshmark[tune]" in refused.value.remedy
