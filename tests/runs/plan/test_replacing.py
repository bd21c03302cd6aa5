"""A plan may add to the one in its folder, and lose nothing of it: on the command line and from Python."""

from __future__ import annotations

from dataclasses import replace

import freshmark
import pytest
from freshmark.commands.planning import RunOptions, plan_for
from freshmark.errors import UsageError
from freshmark.runs.plan.replacing import refuse_loss, with_terms_in
from freshmark.runs.plan.toml import write_plan


def test_a_longer_plan_is_accepted_and_a_lost_metric_is_not(tmp_path):
    earlier = plan_for(RunOptions(streams=("drift()",), strategies=("recency()",), every=("1d",), metric="hr@5"))
    write_plan(earlier, tmp_path / "plan.toml")
    longer = replace(earlier, strategies=("recency()", "popularity()"), every=("1d", "1h"), seeds=(0, 1))
    refuse_loss(longer, tmp_path)
    refuse_loss(replace(longer, metric="mrr"), tmp_path)
    with pytest.raises(UsageError, match="it would lose metric hr@5") as refused:
        refuse_loss(replace(longer, metric=None), tmp_path)
    assert refused.value.code == "FM129"


def test_from_python_another_plan_is_refused_before_anything_is_written(tmp_path):
    write_plan(
        plan_for(RunOptions(streams=("drift()",), strategies=("recency()",), every=("1d",))), tmp_path / "plan.toml"
    )
    before = (tmp_path / "plan.toml").read_text()
    with pytest.raises(UsageError) as refused:
        freshmark.run(streams="drift()", strategies="popularity()", every="1d", folder=tmp_path)
    assert refused.value.code == "FM129"
    assert [path.name for path in tmp_path.iterdir()] == ["plan.toml"]
    assert (tmp_path / "plan.toml").read_text() == before


def test_from_python_which_has_no_terms_those_of_the_folder_stay(tmp_path):
    earlier = plan_for(RunOptions(streams=("drift()",), strategies=("recency()",), metric="hr@5", tolerance="1%"))
    write_plan(earlier, tmp_path / "plan.toml")
    kept = with_terms_in(tmp_path, replace(earlier, metric=None, tolerance=None, seeds=(0, 1)))
    assert (kept.metric, kept.tolerance, kept.seeds) == ("hr@5", "1%", (0, 1))
    refuse_loss(kept, tmp_path)
