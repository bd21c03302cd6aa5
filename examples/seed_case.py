"""The smallest case: a thousand samples of ten numbers, a logistic regression of ten weights, a hundred steps.

A plugin in one file: a stream, a model and a strategy. ``seed-case.toml`` runs it; docs/seed-case.md has the results.
"""

import numpy as np
from freshmark import Strategy, hookimpl, stream_of

SAMPLES, FEATURES = 1_000, 10


@hookimpl
def register_datasets():
    return {"samples": samples}


@hookimpl
def register_models():
    return {"theta": theta}


@hookimpl
def register_strategies():
    return {"steps": Steps}


def samples(labels: str = "planted", seed: int = 0, *, again: bool = False):
    """1,000 training samples, then 1,000 test samples; with warmup=0.5 the first are the warm-up.

    Args:
        labels: "planted": 1 with probability σ(x · θ*), θ* drawn by the seed; "random": 1 with probability ½.
        seed: of all random numbers.
        again: whether the test repeats the training samples, so that the training loss is measured.
    """
    if labels not in {"planted", "random"}:
        raise ValueError(f"labels={labels!r}: 'planted' or 'random'")
    rng = np.random.default_rng(seed)
    planted = rng.standard_normal(FEATURES)
    x = rng.standard_normal((2 * SAMPLES, FEATURES)).astype(np.float32)
    chance = 1 / (1 + np.exp(-x @ planted)) if labels == "planted" else np.full(2 * SAMPLES, 0.5)
    label = (rng.random(2 * SAMPLES) < chance).astype(np.float64)
    if again:
        x, label, chance = (np.concatenate([column[:SAMPLES]] * 2) for column in (x, label, chance))
    return stream_of(
        name=f"samples('{labels}', seed={seed}, again={again})",
        task="click",
        time=np.arange(2 * SAMPLES) * 1_000_000,
        label=label,
        features={"numbers": x},
        oracle=chance,
    )


def theta(start: float = 0.1):
    """P(1) = σ(x · θ), all weights equal at first, no bias."""
    import torch

    class Theta(torch.nn.Module):
        tasks = frozenset({"click"})

        def build(self, run):
            width = run.features["numbers"].shape[1]
            self.theta = torch.nn.Parameter(torch.full((width,), start, dtype=torch.float64))

        def grow(self, users, items):
            """Users and items have no parameters."""

        def observe(self, events):
            """The model has no context."""

        def logits(self, rows):
            return (torch.as_tensor(np.array(rows.features["numbers"], np.float64)) * self.theta).sum(1)

        def loss(self, events, draw=None):
            del draw  # nothing is drawn
            label = torch.as_tensor(np.array(events.label, np.float64))
            return torch.nn.functional.binary_cross_entropy_with_logits(self.logits(events), label, reduction="none")

        def predict(self, query):
            return torch.sigmoid(self.logits(query)).detach().numpy()

        def state(self):
            return {"theta": self.theta.detach().numpy()}

    return Theta()


class Steps(Strategy):
    """Stochastic gradient descent on the warm-up: each step follows the mean gradient of a random batch.

    The built-in strategies count passes over the data; this one counts steps, and draws the batch of each.
    """

    tasks = frozenset({"click"})

    def __init__(self, model, *, steps: int = 100, batch: int = 1, lr: float = 0.01):
        self.model, self.steps, self.batch, self.lr = model, steps, batch, lr

    def start(self, run):
        self.model.build(run)
        self.rng = run.rng

    def fit(self, history):
        for _ in range(self.steps):
            rows = self.rng.choice(len(history), self.batch, replace=False)
            self.model.zero_grad()
            self.model.loss(history[np.sort(rows)]).mean().backward()
            self.model.theta.data -= self.lr * self.model.theta.grad

    def update(self, events):
        """Learn nothing: only the warm-up counts."""

    def predict(self, query):
        return self.model.predict(query)

    def state(self):
        return self.model.state()
