# mypy: ignore-errors
"""A plugin of strategies that answer wrongly, tamper or cheat, each in one way, and of one that does not."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import threading
import time
from importlib import import_module
from pathlib import Path

import numpy as np
from freshmark import Strategy, hookimpl, stream_of


@hookimpl
def register_datasets():
    return {"tiny": tiny}


def tiny(n=240):
    """A few users who come back to a few items, a minute apart."""
    at = np.arange(n)
    return stream_of(name="tiny", task="rank", time=at * 60_000_000, user=at % 7, item=at * at % 11)


@hookimpl
def register_strategies():
    kinds = {name: kind for name, kind in globals().items() if isinstance(kind, type) and issubclass(kind, Strategy)}
    del kinds["Strategy"]
    return kinds


class Good(Strategy):
    """Counts, and ranks by the counts; ``mark`` makes another cell of it."""

    def __init__(self, mark=None):
        self.mark = mark
        self.counts = np.zeros(0)

    def update(self, events):
        grown = np.bincount(events.item, minlength=len(self.counts)).astype(float)
        grown[: len(self.counts)] += self.counts
        self.counts = grown

    def score(self, query):
        return np.tile(self.counts, (len(query), 1))

    def state(self):
        return {"counts": self.counts}


class Listing(Good):
    """The same as a list, best first."""

    score = None

    def recommend(self, query, k):
        return np.tile(np.argsort(-self.counts, kind="stable")[:k], (len(query), 1))


# F24 and F25: what it is shown


class Scribbles(Good):
    """F24: overwrites whatever it is shown, once it has read it."""

    def update(self, events):
        super().update(events)
        for column in (events.time, events.user, events.item):
            if column.flags.writeable:
                column[:] = -1

    def observe(self, events):
        for column in (events.time, events.user, events.item):
            column[:] = 0

    def score(self, query):
        scores = super().score(query)
        for column in (query.time, query.user, query.candidates):
            column[:] = 0
        return scores


class ScribblesOnThePast(Good):
    """F24: what lies on disk is everybody's."""

    def start(self, run):
        self.past = run.past

    def update(self, events):
        super().update(events)
        self.past[0:5].item[:] = 3


class FollowsBases(Good):
    """F25: keeps every array it was shown, and looks for the rest of the stream behind them."""

    def __init__(self):
        super().__init__()
        self.kept = []

    def score(self, query):
        for shown in (query.time, query.user, query.candidates, *self.kept):
            behind = shown
            while behind is not None:
                if getattr(behind, "size", 0) > 200:
                    raise ValueError("there is more behind what was shown")
                behind = getattr(behind, "base", None)
        return super().score(query)

    def observe(self, events):
        self.kept += [events.item, events.user]


class SearchesMemory(Good):
    """F25: takes the true items from the callers' variables, since both live in one process."""

    def score(self, query):
        scores, frame, line = super().score(query), sys._getframe(), None
        while frame is not None and line is None:
            line = next((one for one in frame.f_locals.values() if type(one).__name__ == "Timeline"), None)
            frame = frame.f_back
        if line is not None and len(query):
            at = int(np.searchsorted(line.time, query.time[0], "left"))
            item = line.stream.item[at : at + len(query)]
            rows = np.flatnonzero(item < scores.shape[1])
            scores[rows, item[rows]] = scores.max() + 1
        return scores


# F26 and F27: what lies outside


class OpensTheStream(Good):
    """F26: the answers lie in a file, if one knows where."""

    def __init__(self, way="load", *, hide=False):
        super().__init__()
        self.way, self.hide = way, hide

    def start(self, run):
        streams = Path(os.environ["FRESHMARK_CACHE"]) / "streams"
        file = next(one for one in streams.rglob("item.npy") if one.parent.name.startswith("tiny"))
        try:
            {"load": np.load, "open": lambda file: file.open("rb").close(), "os": lambda file: os.open(file, 0)}[
                self.way
            ](file)
        except Exception:
            if not self.hide:
                raise


class OpensTheTruth(Good):
    """F26: the table of test events lies in the run folder."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def start(self, run):
        for file in Path(self.folder).glob("streams/*.parquet"):
            file.read_bytes()


class ReadsThePast(Good):
    """Not a fault: what is past may be read, by the way that is there for it."""

    def start(self, run):
        self.past = run.past

    def update(self, events):
        seen = self.past[:]
        self.counts = np.bincount(seen.item).astype(float)


class CallsHome(Good):
    """F27"""

    def __init__(self, host="192.0.2.1", *, hide=False):
        super().__init__()
        self.host, self.hide = host, hide

    def start(self, run):
        try:
            socket.create_connection((self.host, 9), timeout=0.2)
        except Exception:
            if not self.hide:
                raise


class TalksToItself(Good):
    """Not a fault: processes of one machine may talk."""

    def start(self, run):
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname()).close()
        one, other = socket.socketpair()
        one.close()
        other.close()


# F28 to F32: what it answers


class Answers(Good):
    """One wrong kind of scores."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind

    def score(self, query):
        scores = super().score(query)
        return {
            "nan": lambda: np.where(np.arange(scores.shape[1]) == 2, np.nan, scores),
            "infinite": lambda: np.where(np.arange(scores.shape[1]) == 2, np.inf, scores),
            "none": lambda: None,
            "generator": lambda: (row for row in scores),
            "text": lambda: scores.astype(str),
            "objects": lambda: scores.astype(object),
            "one row": lambda: scores[0],
            "a row too many": lambda: np.tile(self.counts, (len(query) + 1, 1)),
            "three dimensions": lambda: scores[:, :, None],
            "ragged": lambda: [list(self.counts[: 1 + row % 2]) for row in range(max(2, len(query)))],
            "complex": lambda: scores.astype(complex),
            "elsewhere": lambda: self.tensor(scores, "meta"),
            "dict": lambda: {"scores": scores},
        }[self.kind]()

    def tensor(self, scores, device):
        torch = import_module("torch")

        return torch.as_tensor(scores).to(device)


class Fits(Good):
    """Not a fault: another kind of the same scores."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.buffer = np.zeros((4096, 64))

    def score(self, query):
        scores = super().score(query)
        return {
            "float32": lambda: scores.astype(np.float32),
            "integers": lambda: scores.astype(np.int16),
            "lists": scores.tolist,
            "fortran": lambda: np.asfortranarray(scores),
            "with grad": lambda: self.with_grad(scores),
            "one buffer": lambda: self.buffered(scores),
        }[self.kind]()

    def with_grad(self, scores):
        torch = import_module("torch")

        return torch.tensor(scores, requires_grad=True)

    def buffered(self, scores):
        """F32: the answer before is overwritten by this one."""
        self.buffer[:] = np.nan
        view = self.buffer[: scores.shape[0], : scores.shape[1]]
        view[:] = scores
        return view


class Lists(Listing):
    """One wrong kind of list; ``single`` spares the batches, on which accuracy rests."""

    def __init__(self, kind, *, single=False):
        super().__init__()
        self.kind, self.single = kind, single

    def recommend(self, query, k):
        lists = super().recommend(query, k)
        if self.single and len(query) > 1:
            return lists
        if self.kind in ("twice", "huge", "negative", "future"):
            lists[:, -1] = {"twice": lists[0, 0], "huge": 10**12, "negative": -5, "future": 10**6}[self.kind]
            return lists
        return {
            "floats": lambda: lists.astype(float),
            "objects": lambda: lists.astype(object),
            "flat": lambda: lists[0],
            "none": lambda: None,
            "generator": lambda: (row for row in lists),
            "texts": lambda: lists.astype(str),
            "short": lambda: lists[:, :2],
            "empty": lambda: lists[:, :0],
            "long": lambda: np.tile(np.argsort(-self.counts, kind="stable"), (len(query), 1)),
            "padded": lambda: np.concatenate([lists, np.full((len(query), 5), -1)], axis=1),
            "padded in front": lambda: np.concatenate([np.full((len(query), 5), -1), lists], axis=1),
        }[self.kind]()


# F34 and F35: what it says of itself


class ClaimsClicks(Strategy):
    """F34: says that it predicts, and does not."""

    tasks = ("click",)

    def update(self, events):
        """Learn nothing."""

    predict = None


class ClaimsNothing(Strategy):
    """F34: a method that is there and does nothing."""

    def score(self, query):
        raise NotImplementedError("scores come in the next version")


class States(Good):
    """F35: a state that is no arrays."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.loss = lambda difference: difference**2

    def state(self):
        return {
            "lambda": lambda: {"loss": self.loss},
            "none": lambda: None,
            "list": lambda: [self.counts],
            "objects": lambda: {"events": np.array([{}, None], object)},
            "grad": self.with_grad,
            "ragged": lambda: {"lists": [[1], [1, 2]]},
        }[self.kind]()

    def with_grad(self):
        torch = import_module("torch")

        return {"counts": torch.tensor(self.counts, requires_grad=True)}


class HoldsLambdas(Good):
    """Not a fault: nothing is ever pickled."""

    def __init__(self):
        super().__init__()
        self.loss = lambda difference: difference**2
        self.lock = threading.Lock()
        self.stream = (one for one in range(3))


# F15, F37 to F40: what it uses


class LeaksSlowly(Good):
    """F15: so many bytes an event, for ever."""

    def __init__(self, size):
        super().__init__()
        self.size, self.held = size, []

    def update(self, events):
        super().update(events)
        self.held += [os.urandom(1) * self.size for _ in range(len(events))]


class FillsTemp(Good):
    """F37: writes into its temporary folder, for ever or so many bytes."""

    def __init__(self, size=None, *, end="well"):
        super().__init__()
        self.size, self.end = size, end

    def fit(self, history):
        super().fit(history)
        self.place = tempfile.mkdtemp()
        written = 0
        while self.size is None or written < self.size:
            Path(self.place, str(written)).write_bytes(bytes(1 << 20))
            written += 1 << 20
            time.sleep(0.001)
        if self.end == "abort":
            os.abort()


class SaysWhereTempIs(Good):
    """F37: whatever it leaves in its temporary folder must not stay."""

    def __init__(self, mark, *, hang=False):
        super().__init__(mark)
        self.hang = hang

    def fit(self, history):
        super().fit(history)
        Path(self.mark).write_text(tempfile.mkdtemp())
        if self.hang:
            time.sleep(1e6)


class ExhaustsTheGpu(Good):
    """F38"""

    def update(self, events):
        torch = import_module("torch")

        torch.empty(1 << 50, device="cuda")


class StopsTheClock(Good):
    """F39: every clock that it can reach stands still from here on, and then it takes its time."""

    def __init__(self, seconds=0.02):
        super().__init__()
        self.seconds, self.sleep = seconds, time.sleep

    def start(self, run):
        for name in ("perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "time", "time_ns"):
            setattr(time, name, lambda: 0)
        for name in ("process_time", "process_time_ns", "thread_time", "thread_time_ns"):
            setattr(time, name, lambda: 0)

    def update(self, events):
        super().update(events)
        self.sleep(self.seconds)


class LearnsElsewhere(Good):
    """F40: ``update`` returns at once; another thread or process does the work when nobody looks."""

    def __init__(self, how, seconds=0.4):
        super().__init__()
        self.how, self.seconds = how, seconds

    def burn(self):
        end = time.process_time() + self.seconds if self.how == "child" else time.thread_time() + self.seconds
        clock = time.process_time if self.how == "child" else time.thread_time
        while clock() < end:
            sum(range(1000))

    def fit(self, history):
        super().fit(history)
        if self.how == "thread":
            self.worker = threading.Thread(target=self.burn)
            self.worker.start()
        elif self.how == "child":
            self.worker = os.fork()
            if not self.worker:
                self.burn()
                os._exit(0)

    def score(self, query):
        if self.how == "thread":
            self.worker.join()
        elif self.worker:
            os.waitpid(self.worker, 0)
            self.worker = 0
        return super().score(query)


class Pauses(Good):
    """H12: says that it can be suspended now, and waits."""

    def __init__(self, mark, seconds=0.6):
        super().__init__(mark)
        self.seconds = seconds

    def fit(self, history):
        super().fit(history)
        Path(self.mark).write_text(str(os.getpid()))
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            sys.getrefcount(None)
