"""The examples do what is said of them: every plan runs, and the losses of the seed case are those of plain numpy."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from freshmark import Results

EXAMPLES = Path(__file__).parents[1] / "examples"
TASKS = ("rank", "click", "rate", "text", "image")
GD = "batch_gd(theta(), warmup_steps=100, optimiser='sgd', lr=0.01)"
ADAM = "batch_gd(theta(), warmup_steps=1000, optimiser='adam', lr=0.01)"


def replayed(plan: Path, output: Path, *options: str) -> tuple[Results, str]:
    """What a plan gave from the command line, and its report; anything but success fails the test."""
    command = [sys.executable, "-m", "freshmark", "run", str(plan), "-o", str(output), *options]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    results = Results.open(output)
    assert set(results.cells.status) == {"ok"}
    return results, (output / "report.html").read_text("utf-8")


def means(results: Results, metric: str) -> dict[tuple[str, str, str], float]:
    """(stream, strategy, every) → mean over all test events and seeds."""
    table = results.measurements
    table = table[(table.metric == metric) & (table.segment == "all")]
    table = table.assign(total=table.value * table.n)
    sums: pd.DataFrame = table.groupby(["stream", "strategy", "every"], observed=True)[["total", "n"]].sum()
    return dict(zip(sums.index, (sums.total / sums.n).tolist(), strict=True))


@pytest.fixture(scope="module")
def seed_case() -> ModuleType:
    place = importlib.util.spec_from_file_location("seed_case", EXAMPLES / "seed_case.py")
    assert place
    assert place.loader
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def losses(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, str], float]:
    results, _ = replayed(EXAMPLES / "seed-case.toml", tmp_path_factory.mktemp("runs") / "seed", "--seeds", "1")
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
@pytest.mark.parametrize(("strategy", "steps"), [("steps(theta(), steps=0)", 0), (GD, 100)])
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
    before = planted.pop("steps(theta(), steps=0)")
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
@pytest.mark.parametrize("task", TASKS)
def test_the_plan_of_each_task_runs_and_its_report_begins_with_a_verdict(task, tmp_path):
    if task == "image":
        pytest.importorskip("sklearn", reason="the pictures come with the extra 'images'")
    results, page = replayed(EXAMPLES / f"{task}.toml", tmp_path / task, "--seeds", "1")
    assert len(results.verdicts()) == len(re.findall('<h[12] class="verdict">', page)) >= 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "accuracy", "begins"),
    [
        ("mails", {"never": 0.926, "1d": 0.969}, "Use "),
        ("headlines", {"never": 0.564, "1d": 0.565}, "Do not update."),
        ("digits", {"never": 0.251, "1d": 0.627, "event": 0.711}, "Use "),
    ],
)
def test_frozen_and_online_are_as_far_apart_as_the_docs_say(shared_data, tmp_path, name, accuracy, begins):
    text = (EXAMPLES / f"frozen-or-online-{name}.toml").read_text("utf-8")
    plan = tmp_path / "plan.toml"
    plan.write_text(text.replace("path='data/", f"path='{shared_data}/"), "utf-8")
    results, _ = replayed(plan, tmp_path / "run")
    found = {every: value for (_, _, every), value in means(results, "accuracy").items()}
    assert found == pytest.approx(accuracy, abs=0.02)
    (verdict,) = results.verdicts()
    assert verdict.sentence.startswith(begins)
