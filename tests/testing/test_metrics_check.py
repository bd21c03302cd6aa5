from __future__ import annotations

import numpy as np
import pytest
from freshmark import Metric
from freshmark.results.metrics.named import Metrics
from freshmark.results.metrics.registry import METRICS
from freshmark.testing import check_metric, failures


@pytest.mark.parametrize("name", sorted(METRICS))
def test_every_built_in_metric_keeps_every_promise(name):
    assert not failures(check_metric(Metrics().named(name.replace("@K", "@10"))))


def metric(each=None, whole=None, better="higher"):
    return Metric("mine", frozenset({"rank"}), better, each=each, whole=whole)


def test_a_metric_that_is_not_finite_is_caught():
    assert "it gave inf" in str(failures(check_metric(metric(each=lambda o: o.rank)))[0])


def test_a_metric_that_looks_at_the_order_is_caught():
    text = failures(check_metric(metric(each=lambda o: (o.rank <= 10) * np.linspace(0, 1, len(o.rank)))))
    assert "the order of events does not matter" in str(text[0])


def test_a_metric_that_is_better_the_other_way_is_caught():
    text = failures(check_metric(metric(each=lambda o: (o.rank <= 10) * 1.0, better="lower")))
    assert "lower is better" in str(text[0])


def test_a_metric_that_no_events_break_is_caught():
    text = failures(check_metric(metric(whole=lambda o: float((o.rank <= 10).sum() / len(o.rank)))))
    assert "without events it is NaN" in str(text[0])
