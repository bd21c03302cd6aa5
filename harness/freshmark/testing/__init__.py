"""Checks of a strategy, stream, metric, meter or section, for the tests of a plugin.

Each gives a list of findings; ``failures`` keeps those that failed, so that a test reads::

    from freshmark.testing import check_strategy, failures

    def test_my_strategy():
        assert not failures(check_strategy(LastSeen))

A strategy or a stream may also be given as an expression: ``check_strategy("retrain(mf(dim=4))")``. Its names come from
installed plugins, and from modules of your own: ``check_strategy("retrain(mine())", plugins=[mine])``.
"""

from freshmark.testing.datasets import check_dataset
from freshmark.testing.findings import Finding, failures
from freshmark.testing.meters import check_meter
from freshmark.testing.metrics import check_metric
from freshmark.testing.sections import check_section
from freshmark.testing.strategies import check_strategy

__all__ = ["Finding", "check_dataset", "check_meter", "check_metric", "check_section", "check_strategy", "failures"]
