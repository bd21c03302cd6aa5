# mypy: ignore-errors
"""A plugin of strategies that misbehave, each in one way, and of one that does not."""

from __future__ import annotations

import atexit
import ctypes
import json
import locale
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import numpy as np
from freshmark import Strategy, hookimpl, stream_of


@hookimpl
def register_datasets():
    return {"tiny": tiny}


def tiny(n=240):
    """A few users who come back to a few items."""
    at = np.arange(n)
    return stream_of(name="tiny", task="rank", time=at * 60_000_000, user=at % 7, item=at * at % 11)


@hookimpl
def register_strategies():
    return {
        "good": Good,
        "slow": Slow,
        "imports-forever": "hanging_module:Never",
        "says-nothing": "hanging_module:odd",
        **{name: kind for name, kind in globals().items() if isinstance(kind, type) and issubclass(kind, Good)},
    }


class Good(Strategy):
    """Counts, and ranks by the counts."""

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


class Slow(Good):
    """Takes a moment, so that a test can meet it while it runs."""

    def __init__(self, seconds=0.3, mark=None):
        super().__init__(mark)
        self.seconds = seconds

    def fit(self, history):
        if self.mark:
            with Path(self.mark).open("a") as file:
                file.write(f"{os.getpid()}\n")
        time.sleep(self.seconds)
        super().fit(history)


# F01 to F05: what never ends


class SleepsForever(Good):
    def score(self, query):
        time.sleep(1e6)


class BusyInC(Good):
    def score(self, query):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGTERM, signal.SIGINT})
        sum(range(10**13))


class IgnoresSigterm(Good):
    def update(self, events):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(1)


class HangsInInit(Good):
    def __init__(self):
        time.sleep(1e6)


class HangsAtExit(Good):
    def __init__(self):
        super().__init__()
        atexit.register(time.sleep, 1e6)
        threading.Thread(target=time.sleep, args=(1e6,)).start()


class HangsInDel(Good):
    def __del__(self):
        time.sleep(1e6)


# F06 and F07: what is raised


class Raises(Good):
    def __init__(self, where, kind="ValueError"):
        super().__init__()
        self.where, self.kind = where, kind
        self.maybe("init")

    def maybe(self, where):
        if where == self.where:
            raise {"ValueError": ValueError, "KeyboardInterrupt": KeyboardInterrupt, "Odd": Odd}[self.kind](
                f"in {where}"
            )

    def start(self, run):
        self.maybe("start")

    def fit(self, history):
        self.maybe("fit")
        super().fit(history)

    def observe(self, events):
        self.maybe("observe")

    def update(self, events):
        self.maybe("update")
        super().update(events)

    def score(self, query):
        self.maybe("score")
        return super().score(query)

    def state(self):
        self.maybe("state")
        return super().state()


class Odd(BaseException):
    """Not even an Exception."""


# F08 to F13, F16: how a process ends


class Ends(Good):
    def __init__(self, how):
        super().__init__()
        self.how = how

    def update(self, events):
        {
            "_exit(0)": lambda: os._exit(0),
            "_exit(3)": lambda: os._exit(3),
            "sys.exit(0)": lambda: sys.exit(0),
            "segv": lambda: ctypes.string_at(0),
            "abort": os.abort,
            "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
            "recursion": self.recurse,
            "deep recursion": lambda: (sys.setrecursionlimit(10**9), self.recurse()),
        }[self.how]()

    def recurse(self):
        return self.recurse()


class Leaks(Good):
    """F14"""

    def update(self, events):
        held = []
        while True:
            held.append(bytearray(os.urandom(1) * (8 << 20)))
            time.sleep(0.002)


class LeaksInChild(Good):
    """F14, where the process itself stays small."""

    def update(self, events):
        if os.fork() == 0:
            Leaks().update(events)
        time.sleep(1e6)


# F17 and F18: what is left behind


class LeavesChildren(Good):
    """F17: sixty-four children that would live on."""

    def __init__(self, mark, *, hang=False):
        super().__init__(mark)
        self.hang = hang

    def fit(self, history):
        super().fit(history)
        for _ in range(64):
            if os.fork() == 0:
                with Path(self.mark).open("a") as file:
                    file.write(f"{os.getpid()}\n")
                time.sleep(1e6)
        while len(Path(self.mark).read_text().split("\n")) < 65:
            time.sleep(0.01)
        if self.hang:
            time.sleep(1e6)


class LeavesDaemon(Good):
    """F18: a grandchild in a session of its own, whose parent is gone."""

    def __init__(self, mark, how="done"):
        super().__init__(mark)
        self.how = how

    def fit(self, history):
        super().fit(history)
        code = """if True:
            import os, sys, time
            os.setsid()
            if os.fork():
                os._exit(0)
            with open(sys.argv[1], "w") as file:
                file.write(str(os.getpid()))
            time.sleep(1e6)
        """
        subprocess.run([sys.executable, "-c", code, self.mark], check=True)
        while not Path(self.mark).exists() or not Path(self.mark).read_text():
            time.sleep(0.01)
        if self.how == "crash":
            os.abort()
        if self.how == "hang":
            time.sleep(1e6)


# F19 to F23: what spoils its surroundings


class Shouts(Good):
    def fit(self, history):
        super().fit(history)
        for _ in range(3):
            os.write(1, os.urandom(1 << 20))
        sys.stderr.write("\x1b[31mred\x1b[0m and the last line\n")


class ReadsInput(Good):
    def fit(self, history):
        if sys.stdin.read():
            raise ValueError("there was input")
        super().fit(history)


class ClosesEverything(Good):
    def fit(self, history):
        super().fit(history)
        os.closerange(0, 4096)


class ChangesEverything(Good):
    def fit(self, history):
        super().fit(history)
        os.chdir("/")
        os.umask(0o777)
        os.environ.clear()
        locale.setlocale(locale.LC_ALL, "C")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_IGN)
        np.seterr(all="raise")
        np.random.seed(0)  # noqa: NPY002
        random.seed(0)
        warnings.simplefilter("error")


class Patches(Good):
    def fit(self, history):
        super().fit(history)
        json.dumps = lambda *_, **__: "{}"
        json.loads = None
        time.time = time.monotonic = lambda: 0.0


class PatchesNumpy(Good):
    def fit(self, history):
        super().fit(history)
        for name in ("searchsorted", "full", "empty", "asarray", "diff", "cumsum"):
            setattr(np, name, None)


class FillsDisk(Good):
    """H04, as seen by whoever writes: from here on no file may grow."""

    def update(self, events):
        super().update(events)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


class AnswersNan(Good):
    """F28"""

    def score(self, query):
        return np.full((len(query), len(self.counts)), np.nan)
