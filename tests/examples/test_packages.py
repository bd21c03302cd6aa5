"""The example packages follow the contract, equal the library that they wrap, and install by pip."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import freshmark
import numpy as np
import pytest
from freshmark import Events, Past, Query, Settings, Stream, stream_of
from freshmark.testing import check_strategy, failures
from threadpoolctl import threadpool_limits

PACKAGES = Path(__file__).parents[2] / "examples" / "plugins"
HOUR = 3_600_000_000
EXPRESSIONS = [
    ("river", "river('preprocessing.StandardScaler | linear_model.LogisticRegression', ids=True, l2=0.01)"),
    ("river", "river('linear_model.LinearRegression', ids=True)"),
    ("river", "river('naive_bayes.GaussianNB')"),
    ("sklearn", "sklearn('linear_model.SGDClassifier', loss='log_loss', bits=8)"),
    ("sklearn", "sklearn('linear_model.SGDRegressor', bits=8, passes=2)"),
    ("lightgbm", "lightgbm(window='7d', rounds=5)"),
    ("lightgbm", "lightgbm(continued=True, rounds=5)"),
    ("implicit", "implicit_als(factors=4)"),
    ("implicit", "implicit_bpr(factors=4, window='7d')"),
    ("torch", "finetune(perceptron())"),
    ("torch", "ewc(perceptron())"),
    ("torch", "replay(perceptron())"),
]


def path_of(name: str) -> Path:
    return PACKAGES / f"freshmark-{name}" / f"freshmark_{name}.py"


@pytest.fixture
def package(example):
    def load(name: str):
        pytest.importorskip({"torch": "torch"}.get(name, name))
        return example(f"plugins/freshmark-{name}/freshmark_{name}.py")

    return load


@pytest.fixture
def measure(tmp_path):
    """The predictions of one strategy of a package on a stream, updated at every event."""

    def predictions(name: str, strategy: str, log: Stream, every: str = "event", **more) -> np.ndarray:
        results = freshmark.run(
            streams=log, strategies=strategy, every=every, folder=tmp_path / "run", plugins=[path_of(name)], **more
        )
        assert list(results.cells.status) == ["ok"], list(results.cells.reason)
        return results.recorded.outcomes(results.cells.key.iloc[0]).prediction

    return predictions


def stream() -> Stream:
    """One rating each hour; a third of the ids are new after the warm-up."""
    n, rng = 120, np.random.default_rng(3)
    user, item = rng.integers(0, 8, n), rng.integers(0, 10, n)
    user[:10], item[:10] = np.arange(10) % 8, np.arange(10)
    user[60::3], item[61::3] = rng.integers(8, 12, 20), rng.integers(10, 15, 20)
    return stream_of(
        name="ratings",
        task="rate",
        time=np.arange(n) * HOUR,
        user=user,
        item=item,
        label=rng.integers(1, 6, n).astype(float),
        features={"weight": rng.normal(size=n)},
    )


def ratings() -> Events:
    """The same as columns."""
    log = stream()
    return Events(log.time, log.user, log.item, log.label, log.features)


@pytest.mark.parametrize(("name", "expression"), EXPRESSIONS)
def test_a_strategy_of_a_package_follows_the_contract(package, name, expression):
    with threadpool_limits(1):  # as in a cell
        assert not failures(check_strategy(expression, plugins=[package(name)]))


def test_an_index_follows_the_contract_in_a_process_of_its_own():
    """Usearch and LightGBM disagree about a symbol, so one process must not load both."""
    pytest.importorskip("usearch")
    command = ["freshmark", "check", "--plugin", str(path_of("hnsw")), "hnsw(finetune(mf(dim=4)), rebuild=False)"]
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("delay", ["0s", "270m"])
@pytest.mark.parametrize("model", ["reco.BiasedMF", "preprocessing.StandardScaler | linear_model.LinearRegression"])
def test_river_predicts_as_in_its_own_loop(package, measure, model, delay):
    """River's loop asks at the time of an event, and learns its label once the delay is over."""
    package("river")
    from river import linear_model, preprocessing, reco
    from river.stream import simulate_qa

    log = ratings()
    recommends = model == "reco.BiasedMF"
    ids = zip(log.user.tolist(), log.item.tolist(), strict=True)
    known = [{"user": u, "item": i} for u, i in ids] if recommends else [{"x": x} for x in log.records()]
    own: Any = preprocessing.StandardScaler() | linear_model.LinearRegression()
    if recommends:
        own = reco.BiasedMF(n_factors=4, seed=7)
    begin = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    dataset: Any = [({"at": begin + dt.timedelta(hours=row)}, label) for row, label in enumerate(log.label.tolist())]
    wait = dt.timedelta(minutes=270) if delay != "0s" else dt.timedelta(0)
    expected = []
    for row, _, label in simulate_qa(dataset, "at", wait):
        if label is None:
            expected.append(own.predict_one(**known[row]))
        else:
            own.learn_one(**known[row], y=label)
    options = ", n_factors=4" if recommends else ""
    settings = Settings(label_delay=delay)
    predicted = measure("river", f"river('{model}'{options})", stream(), seeds=[7], settings=settings)
    assert len(predicted) > 50
    assert np.abs(predicted - expected[-len(predicted) :]).max() < 1e-12


def test_boosting_continues_as_lightgbm_does(package, measure):
    package("lightgbm")
    import lightgbm

    log = ratings()
    matrix = np.column_stack([log.user, log.item, log.numbers()])
    fixed = {"objective": "regression", "num_threads": 1, "deterministic": True, "verbose": -1}
    predicted = measure("lightgbm", "lightgbm(continued=True, rounds=3, min_data_in_leaf=2)", stream(), every="never")
    warm = len(log) - len(predicted)
    data = lightgbm.Dataset(matrix[:warm], log.label[:warm], feature_name=["a", "b", "c"])
    own = lightgbm.train({**fixed, "seed": 0, "min_data_in_leaf": 2}, data, 3).predict(matrix[warm:], num_threads=1)
    assert np.array_equal(predicted, own)


def test_scikit_learn_learns_as_by_hand(package, measure):
    package("sklearn")
    from sklearn.linear_model import SGDRegressor

    log = ratings()
    predicted = measure("sklearn", "sklearn('linear_model.SGDRegressor', bits=0)", stream())
    warm = len(log) - len(predicted)
    own = SGDRegressor(random_state=0).partial_fit(log.numbers()[:warm], log.label[:warm])
    expected = []
    for row in range(warm, len(log)):
        expected.append(own.predict(log.numbers()[row : row + 1])[0])
        own.partial_fit(log.numbers()[row : row + 1], log.label[row : row + 1])
    assert np.abs(predicted - expected).max() < 1e-12


def test_factors_are_those_of_implicit(package):
    module = package("implicit")
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix

    log = ratings()
    past, reveal = Past.with_writer(stream())
    reveal(len(log))
    strategy = module.ALS(factors=4)
    strategy.run = SimpleNamespace(past=past, seed=5)
    with threadpool_limits(1):
        strategy.update(log)
        own = AlternatingLeastSquares(factors=4, random_state=5, num_threads=1)
        own.fit(csr_matrix((np.ones(len(log), np.float32), (log.user, log.item))), show_progress=False)
    assert np.array_equal(strategy.factors(log[:9]).user, own.user_factors[log.user[:9]])
    assert np.array_equal(strategy.factors(log[:9]).item, own.item_factors)
    stranger = Query(log.time[:1], np.array([99]), None, np.array([15]))
    assert not strategy.factors(stranger).user.any()


def test_a_wide_search_finds_the_exact_list_and_reports_its_cost(package, tmp_path):
    pytest.importorskip("usearch")
    inner = "finetune(mf(dim=4))"
    results = freshmark.run(
        streams="drift(preset='tiny')", strategies=[inner, f"hnsw({inner}, breadth=500)"], every="1w",
        folder=tmp_path, plugins=[path_of("hnsw")],
    )  # fmt: skip
    assert list(results.cells.status) == ["ok", "ok"], list(results.cells.reason)
    exact, searched = (results.recorded.outcomes(key).rank for key in results.cells.key)
    assert np.mean(np.minimum(exact, 11) == np.minimum(searched, 11)) > 0.98  # ties are broken by the graph
    recall = results.measurements.query("metric == 'ann_recall'").value
    assert recall.min() > 0.95  # of the whole catalogue: the last few have no edge
    assert results.measurements.query("metric == 'index_seconds'").value.sum() > 0


def test_a_run_is_logged_with_its_report(package, tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    module = package("mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri((tmp_path / "tracking").as_uri())
    results = freshmark.run(
        streams="drift(preset='tiny')", strategies="popularity()", every=["1d", "never"], folder=tmp_path / "run"
    )
    module.run_finished(tmp_path / "run")
    runs = mlflow.search_runs(output_format="list")
    whole = next(run for run in runs if run.info.run_name == "run")
    rows = {run.data.params["every"]: run.data.metrics["ndcg_at_10"] for run in runs if run is not whole}
    ranking = results.ranking()
    assert rows == dict(zip(ranking.every, ranking.value, strict=True))
    assert whole.data.tags["verdict drift  tiny  "] == results.verdicts()[0].sentence
    assert list((tmp_path / "tracking").rglob("report.html"))


def test_every_package_installs_by_pip(tmp_path):
    folders = sorted(map(str, PACKAGES.glob("freshmark-*")))
    options = ["--no-deps", "--no-build-isolation", "--quiet", "--disable-pip-version-check", "--target", str(tmp_path)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, *folders], check=True)
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "freshmark", "list", "plugins"]
    listed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert not [name for name in folders if Path(name).name.removeprefix("freshmark-") not in listed]
