"""The looks of a race, as a run folder records them: who contended, who got more seeds, and why it stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import pandas as pd

RACE = "race"
"""The name of the fact that holds them in the provenance of a run."""


@dataclass(frozen=True, slots=True)
class RacingRow:
    """A row at a look.

    seeds: that were measured
    threat: probability that it beats the choice by more than the tolerance; None where it may not be chosen
    contends: whether it may still win, or is the choice
    adds: the seeds that it gets before the next look
    why: it contends or not, in a few words
    """

    strategy: str
    every: str
    delay: str
    seeds: int
    threat: float | None
    contends: bool
    adds: tuple[int, ...]
    why: str

    @property
    def row(self) -> tuple[str, str, str]:
        """Strategy, every, delay."""
        return self.strategy, self.every, self.delay


@dataclass(frozen=True, slots=True, kw_only=True)
class RacingLook:
    """One look at a stream.

    number: 1 for the first
    seeds: of rows that contend
    most: seeds that a row may get
    level: of its bounds, at which all looks of a race together err in 5 % of cases; 0 where none could be shown
    stop: why the race stopped here; empty where it went on
    """

    stream: str
    number: int
    seeds: int
    most: int
    level: float
    stop: str
    rows: tuple[RacingRow, ...]

    def packed(self) -> dict[str, Any]:
        """The fields, ready for JSON; ``RacingLook.unpacked`` restores the look."""
        return asdict(self)

    @classmethod
    def unpacked(cls, packed: Mapping[str, Any]) -> RacingLook:
        """The look of these fields."""
        rows = tuple(RacingRow(**{**row, "adds": tuple(row["adds"])}) for row in packed["rows"])
        return cls(**{**packed, "rows": rows})


def looks_in(provenance: Mapping[str, Any]) -> list[RacingLook]:
    """Those that a run recorded, in order; none where it was no race."""
    return [RacingLook.unpacked(look) for look in (provenance.get(RACE) or {}).get("looks", ())]


def table_of(looks: Sequence[RacingLook]) -> pd.DataFrame:
    """One row a look and row, with the fields of both."""
    shared = [field.name for field in fields(RacingLook) if field.name not in ("rows", "seeds")]
    own = [field.name for field in fields(RacingRow)]
    rows = [
        {name: getattr(look, name) for name in shared}
        | {name: getattr(row, name) for name in own}
        | {"adds": len(row.adds)}
        for look in looks
        for row in look.rows
    ]
    return pd.DataFrame(rows, columns=[*shared, *own])
