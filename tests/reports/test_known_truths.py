"""Where the truth is known, updating is said to pay where it does, by how much of what it could, and nowhere else."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from freshmark import Results
from freshmark.contract.section import Prose
from freshmark.replay.settings import Settings
from freshmark.runs.api import run
from freshmark_datasets.simulators.images.drifting_images import CERTAIN
from freshmark_reports.sections import recovery

EVERY, SETTINGS = ("never", "1d"), Settings(probes=5)


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A stream → what a model gives on it, never updated and daily; each is run once."""

    @cache
    def once(stream: str, model: str = "bow_logistic()") -> Results:
        folder = tmp_path_factory.mktemp("truth") / "run"
        return run(streams=[stream], strategies=[f"finetune({model})"], every=EVERY, folder=folder, settings=SETTINGS)

    return once


def said(results: Results) -> str:
    """What the report says of what the oracle could gain."""
    (section,) = recovery.section(results)
    (text,) = [part.text for part in section.parts if isinstance(part, Prose)]
    return text


def verdict(results: Results) -> Any:
    (found,) = results.verdicts()
    return found


def attained(results: Results) -> Any:
    return results.attainment().set_index("every")


@pytest.mark.parametrize("stream", ["topics('none')", pytest.param("topics('covariate')", marks=pytest.mark.slow)])
def test_where_nothing_is_to_be_relearned_no_update_is_said_to_pay(measured, stream):
    results = measured(stream)
    assert not verdict(results).sentence.startswith("Update")
    assert verdict(results).chosen[1] == "never"
    assert "no update could gain" in said(results)


def test_the_model_of_the_warm_up_has_nearly_converged_on_the_null_stream(measured):
    assert attained(measured("topics('none')")).loc["never", "regret"] < 0.005


def test_after_a_shift_of_priors_updating_pays_and_most_of_the_oracles_gain_is_reached(measured):
    results = measured("topics('prior')")
    assert verdict(results).chosen[1] == "1d"
    share = attained(results).loc["1d", "gain_share"]
    assert 0.7 < share < 1.1
    assert f"reaches {100 * share:.3g}\u00a0% of the possible gain" in said(results)


def test_where_pictures_turn_updating_pays_and_the_bound_is_told_as_one(measured):
    pytest.importorskip("sklearn", reason="the extra images is not installed")
    results = measured("digits('rotation')", "softmax()")
    assert verdict(results).chosen[1] == "1d"
    share = attained(results).loc["1d", "gain_share"]
    assert 0.3 < share < 0.7
    assert f"reaches {100 * share:.3g}\u00a0% of the possible gain" in said(results)
    assert said(results).endswith(f"the oracle 1.00. The oracle: {CERTAIN}.")
