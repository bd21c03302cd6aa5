"""Small drifting streams, and the strategies over them, each built by its name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from freshmark import Events, Query, Run, Stream, stream_of
from freshmark.contract.past import Past
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline
from freshmark_plugins.models.ranking.gru4rec import GRU4Rec
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.ranking.multvae import MultVAE
from freshmark_plugins.models.ranking.neumf import NeuMF
from freshmark_plugins.models.ranking.sasrec import SASRec
from freshmark_plugins.strategies.counting.chance import Random
from freshmark_plugins.strategies.counting.edgebank import EdgeBank
from freshmark_plugins.strategies.counting.itemknn import ItemKNN
from freshmark_plugins.strategies.counting.popularity import Popularity
from freshmark_plugins.strategies.counting.recency import Recency
from freshmark_plugins.strategies.counting.repeat_popularity import RepeatPopularity
from freshmark_plugins.strategies.counting.sequential_rules import SequentialRules
from freshmark_plugins.strategies.counting.transition import Transition
from freshmark_plugins.strategies.counting.userknn import UserKNN
from freshmark_plugins.strategies.factorisation.bisgd import BISGD
from freshmark_plugins.strategies.factorisation.isgd import ISGD
from freshmark_plugins.strategies.factorisation.online_bpr import OnlineBPR
from freshmark_plugins.strategies.factorisation.online_mf import OnlineMF
from freshmark_plugins.strategies.factorisation.raisgd import RAISGD
from freshmark_plugins.strategies.factorisation.rsisgd import RSISGD
from freshmark_plugins.strategies.retraining.batch_gd import BatchGD
from freshmark_plugins.strategies.retraining.ema import EMA
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.retraining.frozen import Frozen
from freshmark_plugins.strategies.retraining.hybrid import Hybrid
from freshmark_plugins.strategies.retraining.online_sgd import OnlineSGD
from freshmark_plugins.strategies.retraining.retrain import Retrain

HOUR = 3_600_000_000

RANKERS: dict[str, Callable[[], object]] = {
    "random": Random,
    "popularity": Popularity,
    "popularity(window='1d')": lambda: Popularity(window="1d"),
    "popularity(window=50)": lambda: Popularity(window=50),
    "popularity(window='update')": lambda: Popularity(window="update"),
    "popularity(half_life='12h')": lambda: Popularity(half_life="12h"),
    "recency": Recency,
    "transition": Transition,
    "transition(order=3)": lambda: Transition(order=3),
    "itemknn": ItemKNN,
    "userknn": UserKNN,
    "userknn(few)": lambda: UserKNN(neighbours=3, history=5, users=10),
    "sequential_rules": SequentialRules,
    "sequential_rules(session='2h')": lambda: SequentialRules(session="2h"),
    "repeat_popularity": RepeatPopularity,
    "edgebank": EdgeBank,
    "edgebank(window='1d')": lambda: EdgeBank("1d"),
    "online_mf": lambda: OnlineMF(dim=8),
    "online_bpr": lambda: OnlineBPR(dim=8),
    "isgd": lambda: ISGD(dim=8),
    "raisgd": lambda: RAISGD(dim=8, negatives=2),
    "rsisgd": lambda: RSISGD(dim=8),
    "bisgd": lambda: BISGD(dim=8, nodes=3),
    "frozen(mf)": lambda: Frozen(MF(dim=8), batch=64),
    "finetune(mf)": lambda: Finetune(MF(dim=8), batch=64),
    "finetune(mf(softmax))": lambda: Finetune(MF(dim=8, loss="softmax", negatives=16), batch=64, sparse=True),
    "retrain(mf)": lambda: Retrain(MF(dim=8), batch=64),
    "online_sgd(mf)": lambda: OnlineSGD(MF(dim=8)),
    "batch_gd(mf)": lambda: BatchGD(MF(dim=8)),
    "hybrid(mf)": lambda: Hybrid(MF(dim=8), retrain_every="1d"),
    "ema(mf)": lambda: EMA(MF(dim=8), rho=0.9, batch=64),
    "finetune(mf(logistic))": lambda: Finetune(MF(dim=8, loss="logistic"), epochs=1, batch=64),
    "finetune(neumf)": lambda: Finetune(NeuMF(factors=4, layers=[8, 6, 4]), epochs=1, batch=64),
    "finetune(gru4rec)": lambda: Finetune(GRU4Rec(dim=8, length=5, negatives=16), epochs=1, batch=64),
    "retrain(gru4rec(bpr-max))": lambda: Retrain(GRU4Rec(dim=8, length=5, loss="bpr-max"), epochs=1, window="2d"),
    "finetune(sasrec)": lambda: Finetune(SASRec(dim=8, length=5), epochs=1, batch=64, sparse=True),
    "frozen(sasrec(logistic))": lambda: Frozen(SASRec(dim=8, length=5, loss="logistic", blocks=1, heads=2), batch=64),
    "finetune(multvae)": lambda: Finetune(MultVAE(hidden=8, dim=4, length=5), epochs=1, batch=64),
    "retrain(mf, warm)": lambda: Retrain(MF(dim=8), init="warm", window="2d", batch=64),
}


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """As in a cell."""
    torch.set_num_threads(1)


@pytest.fixture(params=list(RANKERS))
def ranker(request):
    """A factory of each built-in strategy that ranks."""
    return RANKERS[request.param]


def log(n: int = 600, seed: int = 0, *, users: int = 40, items: int = 60) -> Stream:
    """Users like items near a place that wanders; ties, repeats, new users and new items all occur."""
    draw = np.random.default_rng(seed)
    time = np.sort(draw.integers(0, n // 3, n)) * HOUR // 2
    user = draw.integers(0, 5 + users * np.arange(1, n + 1) // n)
    centre = 3.0 * user + 40.0 * np.arange(n) / n
    item = (centre + draw.exponential(3.0, n)).astype(int) % items
    return stream_of(name="wandering", task="rank", time=time, user=user, item=item)


@pytest.fixture(scope="session")
def stream() -> Stream:
    return log()


@pytest.fixture(scope="session")
def make_log():
    return log


def clicked(n: int = 600, seed: int = 0) -> Stream:
    """PendingImpressions whose clicks depend on two features, the more the later."""
    draw = np.random.default_rng(seed)
    x = draw.standard_normal((n, 2)).astype(np.float32)
    chance = 1 / (1 + np.exp(1 - x @ [1.5, -1.0] - 2 * np.arange(n) / n))
    return stream_of(
        name="clicked", task="click", time=np.arange(n) * HOUR, user=draw.integers(0, 20, n),
        item=draw.integers(0, 30, n), label=(draw.random(n) < chance).astype(float), features={"x": x},
    )  # fmt: skip


@pytest.fixture(scope="session")
def click_log():
    return clicked


def revealed(stream: Stream, known: int) -> Past:
    past, reveal = Past.with_writer(stream)
    reveal(known)
    return past


def run_of(stream: Stream, past: Past, *, seed: int = 0) -> Run:
    known = len(past)
    return Run(
        task=stream.task,
        seed=seed,
        rng=np.random.default_rng(seed),
        past=past,
        users=int(stream.user[:known].max(initial=-1)) + 1,
        items=int(stream.item[:known].max(initial=-1)) + 1,
        classes=len(stream.classes),
        features={name: column[:0] for name, column in stream.features.items()},
        repeats=stream.repeats,
    )


def events_of(stream: Stream, begin: int, end: int) -> Events:
    rows = slice(begin, end)
    return Events(
        stream.time[rows],
        stream.user[rows].astype(np.int64),
        stream.item[rows].astype(np.int64),
        None if stream.label is None else stream.label[rows],
        {name: column[rows] for name, column in stream.features.items()},
    )


def query_of(user, *, time=10**15, candidates=1000, item=None, features=None) -> Query:
    user = np.asarray(user, np.int64)
    return Query(
        np.full(len(user), time),
        user,
        None if item is None else np.asarray(item, np.int64),
        np.full(len(user), candidates),
        features or {},
    )


class Walk:
    """A strategy led through a stream by hand: warm-up, then updates, with the past that belongs to each."""

    def __init__(self, strategy, stream: Stream, *, known: int = 200, seed: int = 0) -> None:
        self.strategy, self.stream, self.known = strategy, stream, known
        past, self.reveal = Past.with_writer(stream)
        self.reveal(known)
        self.run = run_of(stream, past, seed=seed)
        strategy.start(self.run)
        strategy.fit(events_of(stream, 0, known))

    def update(self, *ends: int):
        for end in ends:
            events = events_of(self.stream, self.known, end)
            self.strategy.observe(events)
            self.reveal(end)
            self.strategy.update(events)
            self.known = end
        return self.strategy


@pytest.fixture(scope="session")
def walk():
    return Walk


@pytest.fixture(scope="session")
def query():
    return query_of


@pytest.fixture(scope="session")
def events():
    return events_of


@pytest.fixture(scope="session")
def start_run():
    return run_of


def scores_of(strategy, query: Query) -> np.ndarray:
    """(n, m) whichever way it answers."""
    if hasattr(strategy, "factors"):
        answer = strategy.factors(query)
        scores = np.asarray(answer.user @ answer.item.T)
        return scores if answer.bias is None else scores + answer.bias
    return np.array(strategy.score(query))


@pytest.fixture(scope="session")
def scores():
    return scores_of


def ranks_of(strategy, stream: Stream, *, every: str = "6h", batch: int = 4096, seed: int = 0, warmup: float = 0.3):
    """(n,) outcomes of a replay."""
    line = Timeline(stream, Settings(probes=3, batch=batch, warmup=warmup))
    return replay(line, strategy, Schedule.parse(every=every, delay="0s"), seed=seed).tables["outcomes"]["rank"]


@pytest.fixture(scope="session")
def ranks():
    return ranks_of


def same(one, other) -> None:
    """Both have the same state, to the last bit."""
    first, second = one.state(), other.state()
    assert first.keys() == second.keys()
    for name, array in first.items():
        assert np.array_equal(array, second[name]), name


@pytest.fixture(scope="session")
def assert_same_state():
    return same
