"""A stream on disk: one memory-mapped ``.npy`` per column, shared by every process that replays it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from freshmark.contract.arrays import AnyArray
from freshmark.contract.events import NO_FEATURES
from freshmark.contract.streams.drift import Drift
from freshmark.contract.streams.stream import Stream
from freshmark.contract.streams.vocabulary import Vocabulary
from freshmark.errors import DataError

FORMAT = 1
HEAD = ("name", "task", "repeats", "classes", "about", "of", "fingerprint", "facts")
"""Fields of a Stream that its head holds as they are."""


def save_stream(stream: Stream, folder: Path) -> None:
    """Write the stream into an existing, empty folder; ``stream.json`` is written last: its presence means complete."""
    columns: dict[str, AnyArray | None] = {
        "time": stream.time,
        "user": stream.user.astype(np.int32, copy=False),
        "item": stream.item.astype(np.int32, copy=False),
        "label": stream.label,
        "oracle": stream.oracle,
        "label_delay": stream.label_delay,
    }
    for kind, table in (("feature", stream.features), ("item", stream.item_features), ("user", stream.user_features)):
        columns |= {f"{kind}.{name}": column for name, column in table.items()}
    present = {name: column for name, column in columns.items() if column is not None}
    for name, column in present.items():
        np.save(folder / f"{name}.npy", column)
    stream.users.save(folder, "users")
    stream.items.save(folder, "items")
    head = {name: getattr(stream, name) for name in HEAD} | {
        "format": FORMAT,
        "columns": list(present),
        "drifts": [asdict(drift) for drift in stream.drifts],
    }
    (folder / "stream.json").write_text(json.dumps(head, ensure_ascii=False, default=dict), "utf-8")


def open_stream(folder: Path) -> Stream:
    """The stream that ``save_stream`` wrote: columns mapped read-only, nothing read.

    Raises:
        DataError: the folder holds none, or another version wrote it.
    """
    try:
        head = json.loads((folder / "stream.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            "no prepared stream here", where=str(folder), remedy="delete the folder; it will be rebuilt", code="FM203"
        ) from error
    if head["format"] != FORMAT:
        raise DataError(
            f"prepared by another version (format {head['format']})",
            where=str(folder),
            remedy="delete the folder; it will be rebuilt",
            code="FM203",
        )

    columns = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in head["columns"]}

    def table(kind: str) -> dict[str, AnyArray]:
        return {
            name.removeprefix(f"{kind}."): column for name, column in columns.items() if name.startswith(f"{kind}.")
        }

    drifts = tuple(
        Drift(one["begin"], one["end"], one["kind"], tuple(one["users"]), tuple(one["items"])) for one in head["drifts"]
    )
    # Skips __init__: the columns were checked when they were written, and a second check would read them all.
    stream = Stream.__new__(Stream)
    stream.__dict__.update(
        {name: head.get(name, {}) for name in HEAD},  # (streams prepared by 0.1 have no "of")
        **{name: columns.get(name) for name in ("time", "user", "item", "label", "oracle", "label_delay")},
        users=Vocabulary.open(folder, "users"),
        items=Vocabulary.open(folder, "items"),
        features=table("feature") or NO_FEATURES,
        item_features=table("item"),
        user_features=table("user"),
        classes=tuple(head["classes"]),
        drifts=drifts,
    )
    return stream
