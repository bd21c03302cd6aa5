from __future__ import annotations

from pathlib import Path

import pytest
from freshmark.commands import demo
from freshmark.commands.planning import RunOptions, checked, plan_among, plan_for
from freshmark.errors import PlanError, UnknownName, UsageError
from freshmark.runs.catalogue.registry import load
from freshmark.runs.plan.plan import Plan
from freshmark.runs.plan.terms import Terms

PLAN = """
streams = ["drift(preset='tiny')"]
strategies = ["popularity()"]
every = ["1d"]
seeds = 2
timeout = "1m"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, "utf-8")
    return path


def test_no_wish_is_the_demo():
    plan = plan_for(RunOptions())
    assert plan.streams == (demo.STREAM,)
    assert len(plan.strategies) == 6
    assert len(plan.every) == 3


def test_the_demo_names_only_what_is_built_in():
    plan = checked(plan_for(RunOptions()), load())
    assert plan.count == 18


def test_a_file_is_read(file: Path):
    plan = plan_for(RunOptions(plan=file))
    assert (plan.streams, plan.seeds, plan.timeout) == (("drift(preset='tiny')",), (0, 1), 60.0)


def test_a_run_folder_stands_for_the_plan_in_it(file: Path):
    assert plan_for(RunOptions(plan=file.parent)) == plan_for(RunOptions(plan=file))


def test_options_replace_what_the_file_says_and_leave_the_rest(file: Path):
    plan = plan_for(RunOptions(plan=file, strategies=["recency"], every=["never", "24h"], seeds=1, max_memory="2GB"))
    assert plan.strategies == ("recency()",)
    assert plan.every == ("never", "1d")
    assert (plan.seeds, plan.max_memory, plan.timeout) == ((0,), 2_000_000_000, 60.0)
    assert plan.streams == ("drift(preset='tiny')",)


def test_settings_keep_what_no_option_names(file: Path):
    file.write_text(PLAN + "depth = 50\n", "utf-8")
    plan = plan_for(RunOptions(plan=file, warmup=0.5, window="1w", label_delay="1h"))
    settings = plan.settings
    assert (settings.warmup, settings.window, settings.label_delay, settings.depth) == (0.5, "1w", "1h", 50)


def test_plugins_of_the_file_and_of_the_command_line_are_both_loaded(file: Path):
    file.write_text(PLAN + 'plugins = ["mine.py"]\n', "utf-8")
    plan = plan_for(RunOptions(plan=file, plugins=[Path("yours.py")]))
    assert [path.name for path in plan.plugins] == ["mine.py", "yours.py"]


def test_terms_of_the_command_line_replace_those_of_the_file(file: Path):
    file.write_text(PLAN + 'price = ["cpu_hour=0.04"]\nmax_cost = "3/1M"\n', "utf-8")
    plan = plan_for(RunOptions(plan=file, price=["gpu_hour=2"], max_p99="20ms"))
    assert (plan.price, plan.max_p99, plan.max_cost) == (("gpu_hour=2",), "20ms", "3/1M")
    assert Terms.of(plan) == Terms(price=("gpu_hour=2",), max_p99="20ms", max_cost="3/1M")


def test_a_plan_and_prices_are_separated(file: Path):
    more = Path("gb_hour=0.005")
    assert plan_among([file, more], ["cpu_hour=0.04"]) == (file, ["cpu_hour=0.04", "gb_hour=0.005"])
    assert plan_among([more], ["cpu_hour=0.04"]) == (None, ["cpu_hour=0.04", "gb_hour=0.005"])
    assert plan_among([], None) == (None, [])


def test_two_plans_are_one_too_many(file: Path):
    with pytest.raises(UsageError, match=r"2 plans: .*plan\.toml, other\.toml; give one plan"):
        plan_among([file, Path("other.toml")], ["cpu_hour=0.04"])


@pytest.mark.parametrize(
    "wish", [{"price": ["cpu_hour=cheap"]}, {"max_p99": "soon"}, {"max_p99": ""}, {"max_cost": "3/1M"}]
)
def test_terms_that_cannot_be_read_are_refused_before_anything_is_measured(wish):
    with pytest.raises(UsageError):
        Terms.of(plan_for(RunOptions(**wish)))


def test_the_error_for_a_missing_file_names_its_path(tmp_path: Path):
    with pytest.raises(PlanError, match=r"nowhere\.toml"):
        plan_for(RunOptions(plan=tmp_path / "nowhere.toml"))


@pytest.mark.parametrize(
    "wish",
    [
        {"timeout": "soon"}, {"timeout": ""}, {"max_memory": "much"}, {"max_memory": ""}, {"every": ["sometimes"]},
        {"delay": ["late"]},
    ],
)  # fmt: skip
def test_a_wish_that_cannot_be_read_is_refused(wish):
    with pytest.raises(UsageError):
        plan_for(RunOptions(**wish))


def test_expressions_are_written_in_the_one_way_and_looked_up():
    plan = checked(Plan(("drift( preset = 'tiny' )",), ("popularity( window = '1d' )",)), load())
    assert plan.streams == ("drift(preset='tiny')",)
    with pytest.raises(UnknownName, match="popularity"):
        checked(Plan(("drift()",), ("popularty()",)), load())
