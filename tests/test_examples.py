"""The examples run, on less data than their plans ask for; the losses of the seed case are those of plain numpy."""

from __future__ import annotations

import importlib.util
import re
import shutil
import tomllib
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from freshmark import Results
from freshmark.cli import app
from typer.testing import CliRunner

EXAMPLES = Path(__file__).parents[1] / "examples"
NOTHING = "steps(theta(), steps=0)"
GD = "batch_gd(theta(), warmup_steps=100, optimiser='sgd', lr=0.01)"
ADAM = "batch_gd(theta(), warmup_steps=1000, optimiser='adam', lr=0.01)"

WEEKLY = ('"1w", "1d"', '"1w"')
REDUCED = {
    "rank": [WEEKLY, ("preset='small'", "preset='tiny'")],
    "rate": [WEEKLY, ("tastes()", "tastes(events=4000)"), ("turn=0)", "turn=0, events=4000)")],
    "click": [('"1d"', '"1w"'), ("events=20000", "events=3000")],
    "text": [WEEKLY, ("events=20000", "events=3000"), ("warmup_epochs=20", "warmup_epochs=3")],
    "image": [WEEKLY],
    "anonymise": [
        ('"1d"', '"1w"'),
        ("preset='small'", "preset='tiny'"),
        ('    "itemknn()",\n    "online_mf()",\n', ""),
    ],
    "ader": [("rows=172101", "rows=2000"), ("dim=32", "dim=8"), ("epochs=10", "epochs=1"), ("30000", "300")],
}
"""Plan → what makes it small: text and what replaces it."""


def replayed(plan: Path, output: Path, *options: str) -> tuple[Results, str]:
    """The results of a plan from the command line, and its report; anything but success fails the test."""
    done = CliRunner().invoke(app, ["run", str(plan), "-o", str(output), *options])
    assert done.exit_code == 0, done.output
    results = Results.open(output)
    assert set(results.cells.status) == {"ok"}
    return results, (output / "report.html").read_text("utf-8")


def reduced(name: str, folder: Path, data: Path | str = "data") -> Path:
    """The examples in a folder of their own, one of the plans made small and its data looked for elsewhere."""
    copied = shutil.copytree(EXAMPLES, folder / "examples")
    plan = copied / f"{name}.toml"
    text = plan.read_text("utf-8").replace("path='data/", f"path='{data}/")
    for before, after in REDUCED.get(name, ()):
        assert before in text
        text = text.replace(before, after)
    plan.write_text(text, "utf-8")
    return plan


def means(results: Results, metric: str) -> dict[tuple[str, str, str], float]:
    """(stream, strategy, every) → mean over all test events and seeds."""
    table = results.measurements
    table = table[(table.metric == metric) & (table.segment == "all")]
    table = table.assign(total=table.value * table.n)
    sums: pd.DataFrame = table.groupby(["stream", "strategy", "every"], observed=True)[["total", "n"]].sum()
    return dict(zip(sums.index, (sums.total / sums.n).tolist(), strict=True))


def module(name: str) -> ModuleType:
    """A script of the examples; the folder is not a package."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


@pytest.fixture(scope="module")
def seed_case() -> ModuleType:
    return module("seed_case")


@pytest.fixture(scope="module")
def losses(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, str], float]:
    strategies = [word for strategy in (NOTHING, GD, ADAM) for word in ("-s", strategy)]
    output = tmp_path_factory.mktemp("runs") / "seed"
    results, _ = replayed(EXAMPLES / "seed-case.toml", output, "--seeds", "1", *strategies)
    return means(results, "logloss")


def descended(x: np.ndarray, y: np.ndarray, *, steps: int, lr: float) -> np.ndarray:
    """Ten weights from 0.1 after so many steps along the mean gradient of the cross-entropy, in closed form."""
    theta = np.full(x.shape[1], 0.1)
    for _ in range(steps):
        theta -= lr * x.T @ (1 / (1 + np.exp(-x @ theta)) - y) / len(y)
    return theta


def cross_entropy(x: np.ndarray, y: np.ndarray, theta: np.ndarray) -> float:
    z = x @ theta
    return float(np.mean(np.logaddexp(0, z) - y * z))


@pytest.mark.slow
@pytest.mark.parametrize("labels", ["planted", "random"])
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize(("strategy", "steps"), [(NOTHING, 0), (GD, 100)])
def test_gradient_descent_of_the_seed_case_is_that_of_plain_numpy(losses, seed_case, labels, again, strategy, steps):
    stream = seed_case.samples(labels, again=again)
    x, y = stream.features["numbers"].astype(np.float64), stream.label
    expected = cross_entropy(x[1000:], y[1000:], descended(x[:1000], y[:1000], steps=steps, lr=0.01))
    assert losses[stream.name, strategy, "never"] == pytest.approx(expected, abs=1e-6)


@pytest.mark.slow
def test_the_seed_case_learns_what_was_planted_and_nothing_from_random_labels(losses):
    def after(labels: str, *, again: bool) -> dict[str, float]:
        name = f"samples('{labels}', seed=0, again={again})"
        return {strategy: loss for (stream, strategy, _), loss in losses.items() if stream == name}

    planted = after("planted", again=False)
    before = planted.pop(NOTHING)
    assert max(planted.values()) < before
    assert min(after("random", again=False).values()) >= np.log(2)
    assert after("random", again=True)[ADAM] < np.log(2)


@pytest.mark.parametrize("again", [False, True])
def test_the_second_thousand_samples_are_the_first_only_where_asked_for(seed_case, again):
    stream = seed_case.samples("planted", again=again)
    x = stream.features["numbers"]
    assert x.shape == (2000, 10)
    assert np.array_equal(x[:1000], x[1000:]) == again


def test_labels_that_the_seed_case_does_not_know_are_refused(seed_case):
    with pytest.raises(ValueError, match="'planted' or 'random'"):
        seed_case.samples("true")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rank", "click", "rate", "text", "image", "anonymise"])
def test_a_plan_runs_and_its_report_begins_with_a_verdict(name, tmp_path):
    if name == "image":
        pytest.importorskip("sklearn", reason="the pictures come with the extra 'images'")
    results, page = replayed(reduced(name, tmp_path), tmp_path / name, "--seeds", "1")
    assert len(results.verdicts()) == len(re.findall('<h[12] class="verdict">', page)) >= 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "accuracy", "chosen"),
    [
        ("mails", {"never": 0.926, "1d": 0.969}, "1d"),
        ("headlines", {"never": 0.564, "1d": 0.565}, "never"),
        ("digits", {"never": 0.251, "1d": 0.627, "event": 0.711}, "event"),
    ],
)
def test_frozen_and_online_are_as_far_apart_as_the_docs_say(shared_data, tmp_path, name, accuracy, chosen):
    results, _ = replayed(reduced(f"frozen-or-online-{name}", tmp_path, shared_data), tmp_path / "run")
    measured = {every: value for (_, _, every), value in means(results, "accuracy").items()}
    assert measured == pytest.approx(accuracy, abs=0.02)
    (verdict,) = results.verdicts()
    assert verdict.chosen[1] == chosen


@pytest.mark.slow
def test_the_table_of_ader_has_a_row_for_each_strategy_of_its_run(shared_data, tmp_path):
    plan = reduced("ader", tmp_path, shared_data)
    first, *_, last = tomllib.loads(plan.read_text("utf-8"))["strategies"]
    results, _ = replayed(plan, tmp_path / "run", "--seeds", "1", "-s", first, "-s", last)
    table = module("ader").table(tmp_path / "run")
    assert set(table.index) == set(results.cells.strategy)
    assert len(table) == 2
    assert table["R@20"]["mean"].between(0, 1).all()
