"""``--all-strategies``: whoever can do the task takes part, and who cannot is named."""

from __future__ import annotations

import pytest
from freshmark.commands.planning import with_every_strategy
from freshmark.errors import UsageError
from freshmark.runs.catalogue.registry import load
from freshmark.runs.plan.plan import Plan

RANK, CLICK = "drift(preset='tiny')", "clicks(events=2000)"


@pytest.fixture(scope="module")
def registry():
    return load(installed=True)


@pytest.mark.parametrize(
    ("stream", "among", "out"),
    [
        (RANK, {"popularity()", "finetune(mf())", "online_mf()"}, "brismf() cannot do rank"),
        (CLICK, {"finetune(logistic())", "frozen(logistic())"}, "popularity() cannot do click"),
    ],
)
def test_every_strategy_that_can_do_the_task_takes_part(registry, stream, among, out):
    plan, left_out = with_every_strategy(Plan((stream,), ("popularity()",)), registry)
    assert among <= set(plan.strategies)
    assert out in left_out
    assert not {text for text in plan.strategies if f"{text} cannot do" in " ".join(left_out)}
    assert len(plan.strategies) == len(set(plan.strategies))


def test_every_strategy_is_either_in_or_named_as_left_out(registry):
    plan, left_out = with_every_strategy(Plan((RANK,), ("random()",)), registry)
    said = {text.partition("(")[0] for text in plan.strategies}
    said |= {reason.replace(" needs", "(").partition("(")[0] for reason in left_out}
    assert said == set(registry.names("strategies"))


def test_streams_of_two_tasks_have_no_strategies_in_common(registry):
    with pytest.raises(UsageError, match="click and rank") as caught:
        with_every_strategy(Plan((RANK, CLICK), ("random()",)), registry)
    assert caught.value.where == "--all-strategies"
