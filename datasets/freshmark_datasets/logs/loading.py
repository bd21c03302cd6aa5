"""From files to a stream: columns chosen, every row checked, ids coded, times in microseconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from freshmark import AnyArray, DataError, IntArray, Stream, Vocabulary
from numpy.typing import NDArray

from freshmark_datasets.logs.columns import choose
from freshmark_datasets.logs.ids import by_first_appearance
from freshmark_datasets.logs.intake import Intake
from freshmark_datasets.readers.formats import Reader, reader_of
from freshmark_datasets.readers.options import Options
from freshmark_datasets.readers.rawtext import TextFile

REPEATING = 0.01
"""The share of repeated pairs of user and item above which a stream counts as repeating."""


def load(files: Sequence[TextFile], options: Options, *, name: str, about: Mapping[str, str]) -> Stream:
    """The stream of these files, one after the other.

    Args:
        files: paths, with the member where the path is an archive.
        options: as the user gave them.
        name: of the stream.
        about: facts to add to what is detected.

    Raises:
        DataError: with ``file:line``, whatever does not match the given options.
    """
    readers = (reader_of(file, options) for file in files)
    return read(readers, options, name=name, about={"source": _sources(files), **about})


def read(readers: Iterable[Reader], options: Options, *, name: str, about: Mapping[str, str]) -> Stream:
    """The stream of what these readers give, one after the other; ``about`` has at least the source."""
    intake = Intake(options)
    detected: dict[str, str] = {}
    for reader in readers:
        indexes, explanation = choose(reader, options.columns, options.required, options.optional)
        detected["columns"] = explanation
        intake.read(reader, indexes)
        detected |= reader.detected
        if options.rows is not None and intake.rows_read >= options.rows:
            break
    return _stream(intake, name=name, about={"source": about["source"], **detected, **about})


def _sources(files: Sequence[TextFile]) -> str:
    few = 3
    names = ", ".join(file.name for file in files[:few])
    return names if len(files) <= few else f"{names} and {len(files) - few:,} more"


def _stream(intake: Intake, *, name: str, about: dict[str, str]) -> Stream:
    options = intake.options
    if not any(selected.any() for selected in intake.selected):
        raise DataError("no events", where=about["source"], remedy="at least one row", code="FM201")
    time, detected = intake.time()
    rows, filtered = _positive(intake, len(time))
    order, sorting = _order(time, rows)
    user, users = _codes(intake, "user", order)
    item, items = _codes(intake, "item", order)
    repeats, repetition = _repeats(user, item, given=options.repeats)
    label, classes = _label(intake, order)
    return Stream(
        name=name,
        task=options.task,
        time=time[order],
        user=user,
        item=item,
        users=users,
        items=items,
        label=label,
        features=intake.features(order),
        of=intake.owners,
        repeats=repeats,
        classes=classes,
        about={**about, **intake.left_out(), **detected, **filtered, "order": sorting, "repeats": repetition},
    )


def _positive(intake: Intake, events: int) -> tuple[IntArray, dict[str, str]]:
    """The rows whose label is high enough to be an event, and a sentence about them."""
    least = intake.options.positive
    if least is None:
        return np.arange(events), {}
    rows = np.flatnonzero(intake.columns["label"].values() >= least)
    if not len(rows):
        raise DataError(f"no label reaches positive={least}", where=intake.location(0), code="FM201")
    return rows, {"positive": f"{len(rows):,} of {events:,} events, those with a label of at least {least:g}"}


def _order(time: IntArray, rows: IntArray) -> tuple[IntArray, str]:
    """The rows by time; the sort is stable, so rows of one time stay in the order of the file."""
    chosen = time[rows]
    if np.all(chosen[1:] >= chosen[:-1]):
        return rows, "as in the file"
    return rows[np.argsort(chosen, kind="stable")], "sorted by time; equal times stay in the order of the file"


def _codes(intake: Intake, role: str, order: IntArray) -> tuple[NDArray[np.int32], Vocabulary]:
    if role not in intake.columns:  # events without users or items: all have the same
        return np.zeros(len(order), np.int32), Vocabulary.of(["all"])
    codes, names = intake.columns[role].codes()
    return by_first_appearance(codes[order], names)


def _repeats(user: AnyArray, item: AnyArray, *, given: bool | None) -> tuple[bool, str]:
    """Whether users come back to an item, as given or by how many events do, and a sentence about it."""
    pairs = np.sort(user.astype(np.int64) * (int(item.max()) + 1) + item)  # sorting is faster than np.unique here
    share = float(np.count_nonzero(pairs[1:] == pairs[:-1])) / len(pairs)
    repeats = share >= REPEATING if given is None else given
    how = "detected" if given is None else "as given"
    return repeats, f"{'yes' if repeats else 'no'} ({how}): {share:.2%} of events repeat a user and item"


def _label(intake: Intake, order: IntArray) -> tuple[AnyArray | None, tuple[str, ...]]:
    labels = intake.columns.get("label")
    if labels is None or intake.options.positive is not None:
        return None, ()
    if intake.options.task == "classify":
        codes, classes = labels.classes()
        return codes[order], classes
    return labels.values()[order], ()
