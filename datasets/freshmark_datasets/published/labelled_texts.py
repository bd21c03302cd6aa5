"""Texts with dates and classes: SpamAssassin's mails, Hacker News headlines."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from freshmark import DataError, Source, Stream, UsageError

from freshmark_datasets.logs.file import digest_of, key_of
from freshmark_datasets.readers.options import Options

VERSION = 1
MANY = 10
HAM_AND_SPAM = {"0": "ham", "1": "spam"}


def spamassassin(path: str | Path, *, length: int = 256) -> Source:
    """Mails of SpamAssassin's public corpus with their dates, ham or spam: a text stream on which updating pays.

    A csv file (or gzipped) with the columns ``t`` (seconds since 1970), ``label`` (0 ham, 1 spam) and ``txt``. The
    corpus itself is published as archives of mails, some with false dates; such a file is made from it by hand.

    Args:
        path: the file.
        length: how many words of a mail are used, from its start.
    """
    options = Options(
        time="t", label="label", text="txt", unit="s", task="classify", ids=(), length=length, repeats=True
    )
    return _source("spamassassin", Path(path).expanduser(), options, _ham_and_spam)


def hackernews(path: str | Path, *, points: int = MANY, length: int = 32) -> Source:
    """Headlines of Hacker News: will one get many points? A null control: their language does not drift in a year.

    A csv file with the columns ``title``, ``num_points`` and ``created_at`` (month/day/year hour:minute), in any
    order of time. The classes are ``few`` and ``many``. Points are assumed to be known at the next update.

    Args:
        path: the file.
        points: the fewest that count as many; the median of a random sample is about 9.
        length: how many words of a headline are used, from its start.
    """
    if isinstance(points, bool) or not isinstance(points, int) or points < 1:
        raise UsageError(f"points={points!r}", where="points", remedy="a whole number of at least 1")
    options = Options(
        time="created_at",
        label="num_points",
        text="title",
        unit="%m/%d/%Y %H:%M",
        task="rate",
        ids=(),
        length=length,
        repeats=True,
    )
    name = "hackernews" if points == MANY else f"hackernews points={points}"
    return _source(name, Path(path).expanduser(), options, partial(_few_or_many, points))


def _source(name: str, path: Path, options: Options, finish: Callable[[Stream], Stream]) -> Source:
    key = f"{name} {VERSION} {key_of(options, digest_of(path))}"
    return Source(hashlib.sha256(key.encode()).hexdigest(), partial(_load, name, path, options, finish))


def _load(name: str, path: Path, options: Options, finish: Callable[[Stream], Stream]) -> Stream:
    from freshmark_datasets.logs.loading import load  # noqa: PLC0415  (pyarrow and pandas, a second)
    from freshmark_datasets.readers.rawtext import TextFile  # noqa: PLC0415

    return finish(load([TextFile(path)], options, name=name, about={}))


def _ham_and_spam(stream: Stream) -> Stream:
    unknown = set(stream.classes) - set(HAM_AND_SPAM)
    if unknown:
        raise DataError(
            f"the label {min(unknown)!r} is neither 0 nor 1", where=stream.about["source"], remedy="0 ham, 1 spam"
        )
    return replace(stream, classes=tuple(HAM_AND_SPAM[label] for label in stream.classes))


def _few_or_many(points: int, stream: Stream) -> Stream:
    many = np.asarray(stream.label) >= points
    classes = {"classes": f"few below {points} points, else many: {many.mean():.1%} many"}
    return replace(
        stream,
        task="classify",
        label=many.astype(np.int64),
        classes=("few", "many"),
        about={**stream.about, **classes},
    )
