"""Checks that a plugin author runs against an own strategy, stream, metric or section.

In a test of your own::

    from freshmark.testing import check_strategy, failures

    def test_my_strategy():
        assert not failures(check_strategy(LastSeen))
"""

from freshmark.testing.datasets import check_dataset
from freshmark.testing.findings import Finding, failures
from freshmark.testing.metrics import check_metric
from freshmark.testing.sections import check_section
from freshmark.testing.strategies import check_strategy

__all__ = ["Finding", "check_dataset", "check_metric", "check_section", "check_strategy", "failures"]
