"""Suggestions: the values to try next, by Optuna's TPE, and how badly a trial may do before it is pruned.

Each suggestion is a function of the trials before it and the seed: an interrupted tuning goes on as if it had not been.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib import import_module
from math import inf, isfinite
from typing import Any

from freshmark.contract.search import Choice, Search
from freshmark.errors import UsageError
from freshmark.runs.catalogue.search_spaces import Tunable
from freshmark.runs.store.tunings import Trial

RANDOM_TRIALS = 5
"""Trials before the model of TPE begins, the defaults included; of a budget of 20, the usual 10 would be half."""

DIGITS = 3
"""Significant digits of a number that is tried: more would say more than the tail of a warm-up can."""

ATTEMPTS = 20
"""Draws of values that were not tried yet, before a space counts as exhausted."""


def optuna() -> Any:
    """The module, imported on first use.

    Raises:
        UsageError: the extra is not installed.
    """
    try:
        module: Any = import_module("optuna")
    except ImportError as error:
        raise UsageError(
            "tuning needs Optuna, which is not installed",
            remedy="install the extra: pip install 'freshmark[tune]'",
            code="FM116",
        ) from error
    module.logging.set_verbosity(module.logging.WARNING)
    return module


def seed_of(*words: object) -> int:
    """A seed that depends on these alone."""
    return int.from_bytes(sha256(repr(words).encode()).digest()[:4], "big") >> 1


def suggested(
    space: Mapping[str, Tunable], trials: Sequence[Trial], *, higher: bool, seed: int
) -> dict[str, Choice] | None:
    """The values of the next trial; of the first one none, the defaults. None if all values were tried.

    Args:
        space: name → option.
        trials: before it, in order.
        higher: whether the metric is better where it is higher.
        seed: of the tuning.
    """
    if not trials:
        return {}
    tried = [_all_values(space, one.values) for one in trials]
    for attempt in range(ATTEMPTS):
        values = _drawn(space, trials, higher=higher, seed=seed_of(seed, len(trials), attempt), model=attempt == 0)
        if values not in tried:
            return values
    return None


def limits_of(trials: Sequence[Trial], *, higher: bool) -> list[float | None]:
    """The median of earlier trials at the end of each window, below which a trial is pruned; None: no limit yet.

    The first quarter of the windows prunes nothing: few events say little.
    """
    whole = [one.windows for one in trials if one.state == "ok"]
    if len(whole) < RANDOM_TRIALS:
        return []
    columns = list(zip(*whole, strict=True))
    lost = -inf if higher else inf
    medians = [statistics.median([value if isfinite(value) else lost for value in column]) for column in columns]
    quiet = len(columns) // 4
    return [median if place >= quiet and isfinite(median) else None for place, median in enumerate(medians)]


def _drawn(
    space: Mapping[str, Tunable], trials: Sequence[Trial], *, higher: bool, seed: int, model: bool
) -> dict[str, Choice]:
    library = optuna()
    distributions = {name: _distribution(library, one.search) for name, one in space.items()}
    samplers = library.samplers
    sampler = samplers.TPESampler(seed=seed, n_startup_trials=RANDOM_TRIALS) if model else samplers.RandomSampler(seed)
    study = library.create_study(sampler=sampler, direction="maximize" if higher else "minimize")
    states = {"ok": library.trial.TrialState.COMPLETE, "pruned": library.trial.TrialState.PRUNED}
    for one in trials:
        values = _all_values(space, one.values)
        if one.state in states and all(values[name] in option.search for name, option in space.items()):
            study.add_trial(
                library.trial.create_trial(
                    state=states[one.state],
                    value=one.value if one.state == "ok" else None,
                    params=values,
                    distributions=distributions,
                    intermediate_values=dict(enumerate(one.windows)),
                )
            )
    params: Mapping[str, Any] = study.ask(distributions).params
    return {name: _rounded(params[name], option.search) for name, option in space.items()}


def _distribution(library: Any, search: Search) -> Any:
    kinds = library.distributions
    if search.choices:
        return kinds.CategoricalDistribution(search.choices)
    kind = kinds.IntDistribution if search.integer else kinds.FloatDistribution
    return kind(search.low, search.high, log=search.log)


def _rounded(value: Any, search: Search) -> Any:
    """To three significant digits, within the bounds."""
    if not isinstance(value, float) or search.low is None or search.high is None:
        return value
    return min(max(float(f"{value:.{DIGITS}g}"), float(search.low)), float(search.high))


def _all_values(space: Mapping[str, Tunable], values: Mapping[str, Choice]) -> dict[str, Choice]:
    return {name: values.get(name, option.default) for name, option in space.items()}
