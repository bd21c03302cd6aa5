from pathlib import Path

import pytest
from freshmark.cli import app
from freshmark.commands.terms import prices_among
from freshmark.errors import UsageError
from freshmark.results.costs.budget import Budget
from freshmark.results.costs.prices import Prices
from freshmark.results.costs.worth import Worth
from freshmark.results.decision.regret import Tolerance
from freshmark.results.tables import Results
from freshmark.runs.plan.terms import Terms
from freshmark.runs.plan.toml import read_plan
from typer.testing import CliRunner


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("terms") / "run"
    words = ["run", "-d", "drift(preset='tiny')", "-s", "popularity", "--every", "never", "--no-report", "-o"]
    assert CliRunner().invoke(app, [*words, str(folder)]).exit_code == 0
    return folder


def output_of(run: Path, *options: str) -> str:
    target = run / "told.md"
    done = CliRunner().invoke(app, ["report", str(run), "--format", "markdown", "-o", str(target), *options])
    assert done.exit_code == 0, done.output
    return target.read_text("utf-8")


def test_terms_become_prices_and_a_budget(run):
    terms = Terms(price=["cpu_hour=0.04"], max_p99="20ms", max_memory="500MB", max_cost="3/1M")
    judged = terms.applied(Results.open(run))
    assert judged.prices == Prices(cpu_hour=0.04)
    assert judged.budget == Budget(p99=0.02, memory=500_000_000, cost=3.0)


def test_without_terms_nothing_changes(run):
    results = Results.open(run)
    assert Terms().applied(results) is results


def test_a_limit_of_cost_needs_a_price(run):
    with pytest.raises(UsageError, match="needs prices"):
        Terms(max_cost="3").applied(Results.open(run))


@pytest.mark.parametrize("option", ["max_p99", "max_memory", "max_cost", "request_rate"])
def test_an_empty_option_is_refused_and_not_as_if_it_were_not_there(run, option):
    with pytest.raises(UsageError, match="write it like"):
        Terms(price=["cpu_hour=1"], **{option: ""}).applied(Results.open(run))


def test_a_tolerance_and_a_worth_become_terms_of_the_results(run):
    terms = Terms(price=["cpu_hour=0.04"], tolerance="5%", worth="1% ndcg@10 = 20 per million events")
    judged = terms.applied(Results.open(run)).terms
    assert judged.tolerance == Tolerance(0.05)
    assert judged.worth == Worth("ndcg@10", 2000.0)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"tolerance": "much"}, "FM127"),
        ({"tolerance": "0%"}, "FM127"),
        ({"tolerance": "100%"}, "FM127"),
        ({"tolerance": ""}, "FM127"),
        ({"worth": "much"}, "FM128"),
        ({"worth": "1% ndcg@10 = 20 per day", "price": ()}, "FM128"),
        ({"worth": "1% rmse = 20 per day"}, "FM128"),
    ],
)
def test_a_tolerance_or_a_worth_that_cannot_be_applied_is_refused(run, options, code):
    with pytest.raises(UsageError) as caught:
        Terms(**({"price": ["cpu_hour=1"]} | options)).applied(Results.open(run))
    assert caught.value.code == code


def test_prices_may_follow_each_other_as_in_the_manual(run):
    assert "by the price list" in output_of(run, "--price", "cpu_hour=0.04", "gb_hour=0.005")
    assert "by the price list" not in output_of(run)


def test_a_run_with_an_equals_sign_in_its_name_stays_a_run(tmp_path):
    there = tmp_path / "size=5"
    there.mkdir()
    runs, prices = prices_among([there, Path("gb_hour=1")], ["cpu_hour=2"])
    assert (runs, prices) == ([there], ["cpu_hour=2", "gb_hour=1"])
    assert prices_among([Path("gb_hour=1")], None) == ([Path("gb_hour=1")], [])


def test_what_a_limit_leaves_out_is_said(run):
    assert "Left out by the limits: popularity() never updated (memory" in output_of(run, "--max-memory", "1kB")


def test_response_times_are_reported_at_the_given_rate(run):
    assert "At 500 requests" in output_of(run, "--request-rate", "500/s")
    with pytest.raises(UsageError, match="'often' is not a valid rate"):
        Terms(request_rate="often").applied(Results.open(run))


def test_the_report_of_a_run_is_on_its_terms_and_the_folder_keeps_them(tmp_path):
    words = ["run", "-d", "drift(preset='tiny')", "-s", "popularity", "--every", "never", "-o", str(tmp_path / "run")]
    terms = ["--max-cost", "1e-9", "--max-p99", "10s", "--price", "cpu_hour=0.04", "gb_hour=0.005"]
    refused = CliRunner().invoke(app, [*words, *terms])
    assert isinstance(refused.exception, UsageError)
    assert not (tmp_path / "run").exists()
    terms[1] = "0.0000001/1M"
    assert CliRunner().invoke(app, [*words, *terms]).exit_code == 0
    assert "Left out by the limits" in (tmp_path / "run" / "report.html").read_text("utf-8")
    plan = read_plan(tmp_path / "run" / "plan.toml")
    assert (plan.price, plan.max_p99, plan.max_cost) == (("cpu_hour=0.04", "gb_hour=0.005"), "10s", "0.0000001/1M")
