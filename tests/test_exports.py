from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import freshmark
import pytest
from freshmark import reporting

PUBLIC = [
    "AnyArray",
    "Attributes",
    "BoolArray",
    "COMPILED",
    "CONTRACT",
    "Chart",
    "Column",
    "DETECTORS",
    "DataError",
    "Drift",
    "Entry",
    "Events",
    "Executor",
    "Factors",
    "Factory",
    "FloatArray",
    "FreshmarkError",
    "IntArray",
    "Job",
    "JobResult",
    "Kind",
    "LAST_TIME",
    "Limits",
    "Link",
    "Listing",
    "Meter",
    "Metric",
    "MetricFamily",
    "Model",
    "NO_FEATURES",
    "Outcomes",
    "Owner",
    "Part",
    "Past",
    "Prose",
    "Query",
    "Results",
    "Run",
    "RunState",
    "SECOND",
    "Search",
    "Section",
    "Segment",
    "SegmentEvents",
    "Settings",
    "Source",
    "Strategy",
    "Stream",
    "TASKS",
    "Table",
    "Task",
    "UnknownName",
    "UsageError",
    "Value",
    "Vocabulary",
    "cache_folder",
    "compiling",
    "detector_of",
    "hookimpl",
    "losses",
    "parse",
    "parse_duration",
    "run",
    "run_job",
    "stream_of",
    "watching",
]

HEAVY = ("torch", "pandas", "seaborn", "matplotlib", "numba", "pyarrow", "scipy")


def test_the_public_names_are_these():
    assert sorted(freshmark.__all__) == sorted(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there_and_says_what_it_is(name):
    thing = getattr(freshmark, name)
    assert thing.__doc__ or name in {"CONTRACT", "Kind", "LAST_TIME", "NO_FEATURES", "Owner", "Part", "SECOND", "Task"}


@pytest.mark.parametrize("name", reporting.__all__)
def test_every_name_for_reports_is_listed_in_the_module_and_documented(name):
    assert f"``{name}``" in reporting.__doc__
    assert name.isupper() or getattr(reporting, name).__doc__


def test_public_names_are_seen_before_they_are_imported():
    code = f"import sys, freshmark; assert set({PUBLIC}) <= set(dir(freshmark)); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'runn'"):
        freshmark.runn  # noqa: B018


def test_a_deprecated_name_still_works_and_warns_with_the_new_name_where_it_is_used(monkeypatch):
    monkeypatch.setitem(freshmark._DEPRECATED, "Flow", ("Stream", "0.4"))
    with pytest.warns(DeprecationWarning, match=r"freshmark\.Flow .* removed in 0\.4: use freshmark\.Stream") as caught:
        assert freshmark.Flow is freshmark.Stream
    assert caught[0].filename == __file__
    assert "Flow" not in dir(freshmark)


def test_the_version_is_that_of_the_distribution():
    assert freshmark.__version__ == version("freshmark")


def test_importing_freshmark_imports_nothing_heavy():
    code = f"import sys, freshmark; print(*(m for m in {HEAVY} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
