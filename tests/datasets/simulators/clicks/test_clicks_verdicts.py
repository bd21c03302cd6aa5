"""What a run says of clicks: to update where P(click|x) moved, and not where it did not."""

from __future__ import annotations

import pytest
from freshmark.replay.settings import Settings
from freshmark.runs.api import run

EARLY = "at=0.35, events=20_000"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stream", "pays"),
    [
        ("clicks(events=20_000)", False),
        (f"clicks('concept', {EARLY})", True),
    ],
)
def test_updating_is_said_to_pay_where_the_truth_has_moved_and_only_there(stream, pays, tmp_path):
    results = run(
        streams=[stream],
        strategies=["finetune(logistic(), epochs=1)"],
        every=["never", "1d"],
        seeds=3,
        folder=tmp_path / "run",
        settings=Settings(probes=2),
    )
    (verdict,) = results.verdicts()
    attained = results.attainment().set_index("every")
    assert verdict.chosen
    assert verdict.chosen[1] == ("1d" if pays else "never"), verdict.sentence
    assert verdict.sentence.startswith("Do not update") is not pays
    assert (attained["regret"] > 0).all()
    if pays:
        assert attained["gain_share"]["1d"] > 0.5
