"""From files to a Stream: columns chosen, every row checked, ids coded, times in microseconds."""

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

RETURNING = 0.01
"""The share of events with an item that the user had before from which a stream is said to repeat."""


def load(files: Sequence[TextFile], options: Options, *, name: str, about: Mapping[str, str]) -> Stream:
    """The stream of these files, one after the other.

    Args:
        files: paths, with the member where the path is a zip archive.
        options: what was told.
        name: of the stream.
        about: what to tell of it beside what is found out.

    Raises:
        DataError: with ``file:line``, whatever cannot be read as told.
    """
    readers = (reader_of(file, options) for file in files)
    return read(readers, options, name=name, about={"source": _sources(files), **about})


def read(readers: Iterable[Reader], options: Options, *, name: str, about: Mapping[str, str]) -> Stream:
    """The stream of what these readers give, one after the other; ``about`` has at least the source."""
    columns = Intake(options)
    told: dict[str, str] = {}
    for reader in readers:
        wanted, why = choose(reader, options.told, options.needed, options.wished)
        told["columns"] = why
        columns.read(reader, wanted)
        told |= reader.told
        if options.rows is not None and columns.read_so_far >= options.rows:
            break
    return _built(columns, name=name, about={"source": about["source"], **told, **about})


def _sources(files: Sequence[TextFile]) -> str:
    few = 3
    names = ", ".join(file.name for file in files[:few])
    return names if len(files) <= few else f"{names} and {len(files) - few:,} more"


def _built(columns: Intake, *, name: str, about: dict[str, str]) -> Stream:
    options = columns.told
    if not any(kept.any() for kept in columns.kept):
        raise DataError("no events", where=about["source"], remedy="at least one row", code="FM201")
    time, found = columns.time()
    rows, filtered = _positive(columns, len(time))
    order, sorting = _order(time, rows)
    user, users = _codes(columns, "user", order)
    item, items = _codes(columns, "item", order)
    repeats, returning = _repeats(user, item, told=options.repeats)
    label, classes = _label(columns, order)
    return Stream(
        name=name,
        task=options.task,
        time=time[order],
        user=user,
        item=item,
        users=users,
        items=items,
        label=label,
        features=columns.features(order),
        repeats=repeats,
        classes=classes,
        about={**about, **columns.left_out(), **found, **filtered, "order": sorting, "repeats": returning},
    )


def _positive(columns: Intake, events: int) -> tuple[IntArray, dict[str, str]]:
    """The events whose label is high enough to count, and a sentence about them."""
    least = columns.told.positive
    if least is None:
        return np.arange(events), {}
    rows = np.flatnonzero(columns.roles["label"].values() >= least)
    if not len(rows):
        raise DataError(f"no label reaches positive={least}", where=columns.place(0), code="FM201")
    return rows, {"positive": f"{len(rows):,} of {events:,} events, those with a label of at least {least:g}"}


def _order(time: IntArray, rows: IntArray) -> tuple[IntArray, str]:
    """The rows in the order of time, file order where times are equal, and whether they were."""
    chosen = time[rows]
    if np.all(chosen[1:] >= chosen[:-1]):
        return rows, "as in the file"
    return rows[np.argsort(chosen, kind="stable")], "sorted by time; equal times stay in the order of the file"


def _codes(columns: Intake, role: str, order: IntArray) -> tuple[NDArray[np.int32], Vocabulary]:
    if role not in columns.roles:  # events without users or items: all share one
        return np.zeros(len(order), np.int32), Vocabulary.of(["all"])
    codes, names = columns.roles[role].codes()
    return by_first_appearance(codes[order], names)


def _repeats(user: AnyArray, item: AnyArray, *, told: bool | None) -> tuple[bool, str]:
    """Whether users come back to an item, as told or by how many events do, and a sentence about it."""
    pairs = np.sort(user.astype(np.int64) * (int(item.max()) + 1) + item)  # sorting is faster than np.unique here
    share = float(np.count_nonzero(pairs[1:] == pairs[:-1])) / len(pairs)
    repeats = share >= RETURNING if told is None else told
    how = "detected" if told is None else "as told"
    return repeats, f"{'yes' if repeats else 'no'} ({how}): {share:.2%} of events come back to an item the user had"


def _label(columns: Intake, order: IntArray) -> tuple[AnyArray | None, tuple[str, ...]]:
    labels = columns.roles.get("label")
    if labels is None or columns.told.positive is not None:
        return None, ()
    if columns.told.task == "classify":
        codes, classes = labels.classes()
        return codes[order], classes
    return labels.values()[order], ()
