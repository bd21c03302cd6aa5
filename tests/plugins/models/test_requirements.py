"""What a strategy cannot do without is said when it is built, not when it first updates."""

from __future__ import annotations

import pytest
from freshmark.errors import UsageError
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.requirements import require_parts, supported_tasks
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.meta.melu import MeLU
from freshmark_plugins.strategies.meta.sml import SML
from freshmark_plugins.strategies.transfer.bitfit import BitFit
from freshmark_plugins.strategies.transfer.head_tune import HeadTune
from freshmark_plugins.strategies.transfer.lora import LoRA


def test_a_model_has_the_tasks_that_its_methods_cover():
    def look(model):
        if not model.classify:
            raise UsageError("nothing to do for clicks")

    assert supported_tasks(Logistic(bits=4), look) == {"classify"}
    assert supported_tasks(MF(), lambda model: None) == {"rank"}


def test_looking_at_a_model_builds_a_copy():
    model = MF()
    supported_tasks(model, lambda built: built.grow(9, 9))
    assert not list(model.parameters())


@pytest.mark.parametrize(
    ("build", "tasks"),
    [
        (lambda: LoRA(Logistic(bits=4)), {"classify"}),
        (lambda: BitFit(Logistic(bits=4)), {"click", "classify"}),
        (lambda: HeadTune(Logistic(bits=4), head="bias"), {"click", "classify"}),
        (lambda: MeLU(Logistic(bits=4)), {"click", "classify"}),
        (lambda: SML(MF()), {"rank"}),
    ],
)
def test_a_strategy_claims_the_tasks_that_it_can_do_with_its_model(build, tasks):
    assert build().tasks == tasks


def test_parts_are_known_by_the_first_part_of_their_names():
    assert require_parts(["a.weight", "a.bias", "b"], ["b"], "this") == ["a", "b"]
    with pytest.raises(UsageError, match="no part 'c' of this"):
        require_parts(["a.weight"], ["c"], "this")
