"""Small streams that a strategy is checked on: ties, cold users, cold items, repeats or none, every task."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from freshmark.contract.arrays import AnyArray, Task
from freshmark.contract.streams.raw_columns import stream_of
from freshmark.contract.streams.stream import SECOND, Stream

EVENTS = 600
USERS = 40
ITEMS = 60
CLASSES = ("red", "green", "blue")


def small_stream(task: Task = "rank", *, seed: int = 0, repeats: bool = True, learnable: bool = True) -> Stream:
    """A stream of 600 events in 300 seconds.

    Args:
        task: its task.
        seed: of the draw.
        repeats: whether users come back to an item.
        learnable: whether items depend on users and labels on features; if not, both are drawn by chance alone.
    """
    draw = np.random.default_rng([seed, 7])
    time = np.sort(draw.integers(0, EVENTS // 2, EVENTS)) * SECOND
    # Users come and go, so that there are cold ones all along.
    user = (draw.integers(0, USERS // 2, EVENTS) + np.arange(EVENTS) * USERS // (2 * EVENTS)).astype(np.int64)
    item = draw.integers(0, ITEMS, EVENTS)
    if learnable:
        item = np.minimum(draw.geometric(0.1, EVENTS) + user % 3 * 5, ITEMS)
    x = draw.standard_normal((EVENTS, 4)).astype(np.float32)
    label, classes = _labels(task, draw, x if learnable else draw.standard_normal(x.shape))
    chosen = np.arange(EVENTS) if repeats else _first_pairs(user, item)
    return stream_of(
        name=f"small {task} stream",
        task=task,
        time=time[chosen],
        user=user[chosen],
        item=item[chosen],
        label=None if label is None else label[chosen],
        features={name: column[chosen] for name, column in _features(task, x).items()},
        repeats=repeats,
        classes=classes,
    )


def with_other_future(stream: Stream, position: int, what: str, *, seed: int = 1) -> Stream:
    """The stream, with ``what`` (item, user, label) drawn anew among the known after this position's time."""
    draw = np.random.default_rng([seed, position])
    after = stream.time > stream.time[position]

    def drawn(column: AnyArray) -> AnyArray:
        changed = column.copy()
        changed[after] = draw.choice(column[~after], int(after.sum()))
        return changed

    if what == "label":
        return replace(stream, label=drawn(np.asarray(stream.label)))
    user, item = np.asarray(stream.user), np.asarray(stream.item)
    return stream_of(
        name=stream.name,
        task=stream.task,
        time=stream.time,
        user=drawn(user) if what == "user" else user,
        item=drawn(item) if what == "item" else item,
        label=stream.label,
        features=stream.features,
        repeats=stream.repeats,
        classes=stream.classes,
    )


def _features(task: Task, x: AnyArray) -> dict[str, AnyArray]:
    """Numbers; to classify also a text and an image that say the same, as docs/models.md has them."""
    if task == "rank":
        return {}
    if task != "classify":
        return {"x": x}
    levels = np.clip(np.round(4 + 2 * x), 0, 8).astype(np.int64)  # (n, 4), from 0 to 8
    words = 1 + levels + 9 * np.arange(4)
    text = np.pad(np.where(np.arange(4) < 2 + levels[:, :1] % 3, words, 0), [(0, 0), (0, 2)])
    image = np.repeat((levels * 30).astype(np.uint8)[:, :, None], 5, axis=2)
    return {"x": x, "text": text, "image": image}


def _labels(task: Task, draw: np.random.Generator, x: AnyArray) -> tuple[AnyArray | None, tuple[str, ...]]:
    noisy = x[:, 0] + 0.5 * draw.standard_normal(len(x))
    if task == "click":
        return (noisy > 0).astype(np.float64), ()
    if task == "rate":
        return np.clip(np.round(3 + noisy), 1, 5).astype(np.float64), ()
    if task == "classify":
        return np.digitize(noisy, [-0.5, 0.5]).astype(np.int64), CLASSES
    return None, ()


def _first_pairs(user: AnyArray, item: AnyArray) -> AnyArray:
    _, first = np.unique(user * (ITEMS + 1) + item, return_index=True)
    return np.sort(first)
