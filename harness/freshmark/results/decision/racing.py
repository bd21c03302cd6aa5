"""Racing: seeds go only to rows that keep the verdict from being settled.

At every look the rule of ``regret`` names a choice. It is not settled as long as it loses more than the tolerance in
too many replicates. Each of these counts against the row that is the best in it: the **threat** of a row is the share
of replicates in which it beats the choice by more than the tolerance. The choice and the rows whose threat exceeds
their part of the level contend, and get more seeds; the others cannot win by more than the tolerance, and wait. Where
no row contends with the choice, it is shown. A row that waits contends again as soon as it is a threat again.

Every look is a chance to be wrong, so all are made at one smaller level, at which a race errs in 5 % of cases (Pocock
1977, doi 10.1093/biomet/64.2.191): a mean of n of at most N seeds has a correlation of √(n/N) with the mean of all. The
choice of windows is the same at every look, which only makes looks more alike, and errors rarer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from scipy.special import ndtr

from freshmark.contract.arrays import BoolArray, FloatArray
from freshmark.results.decision.regret import TRIED_SEEDS, Contest, Decision, Tolerance
from freshmark.results.naming import format_number
from freshmark.results.statistics.bootstrap import SEED
from freshmark.results.statistics.intervals import LEVEL
from freshmark.results.stored.looks import RacingLook

Stop: TypeAlias = Literal["", "settled", "out of reach", "max seeds", "nothing to add"]
"""Why a race stopped; empty while it goes on."""

_WALKS = 200_000
FEW_SEEDS = 5
"""Seeds below which values move too much to say that more of them would not settle it."""


@dataclass(frozen=True)
class Look:
    """What one look found.

    level: of its bounds; 0 where no row's luck was known, so that none could be shown
    decision: what the rule says at that level
    threat: (rows,) probability that a row beats the choice by more than the tolerance
    contends: (rows,) bool, the choice and its threats
    adds: (rows,) bool, rows that get more seeds before the next look; none where the race stops
    stop: why it stops
    """

    level: float
    decision: Decision
    threat: FloatArray
    contends: BoolArray
    adds: BoolArray
    stop: Stop


@cache
def level_of(looks: tuple[int, ...]) -> float:
    """The level of each of the looks at so many seeds at which, in 5 % of cases, any of them errs."""
    if len(looks) == 1:
        return LEVEL
    steps = np.random.default_rng(SEED).standard_normal((_WALKS, len(looks))) * np.sqrt(np.diff((0, *looks)))
    highest = (steps.cumsum(axis=1) / np.sqrt(looks)).max(axis=1)
    return float(ndtr(-np.quantile(highest, 1 - LEVEL)))


@dataclass(frozen=True, slots=True)
class Race:
    """The rules of a race.

    tolerance: how much a choice may lose
    most: seeds that a row may get
    """

    tolerance: Tolerance
    most: int

    def after(self, seeds: int) -> int:
        """The seeds of contending rows at the look after the one at so many seeds: 1, 2, 3, 5, 7, 10 …, ``most``."""
        return min([tried for tried in TRIED_SEEDS if tried > seeds] + [self.most], default=self.most)

    def look(self, contest: Contest, *, seeds: int, first: int | None = None, closed: Sequence[bool] = ()) -> Look:
        """Look at the rows as measured so far.

        Args:
            contest: of the rows.
            seeds: of rows that contend.
            first: the seeds at the first look that could show a row; None: no earlier one could.
            closed: (rows,) whether a row gets no more seeds; empty: none is closed.
        """
        more = np.array([row.draws and len(row.seeds) < self.most for row in contest.rows])
        if len(closed):
            more &= ~np.asarray(closed)
        look = self._at(contest.at(level_of(self._looks(first or seeds))), seeds, more)
        if first is None and look.stop in ("max seeds", "nothing to add"):
            look = self._at(contest.at(LEVEL), seeds, more)  # the only look
        # Of rows whose luck is unknown none can be shown: such a look only says where seeds would be wasted.
        return replace(look, level=0.0) if all(row.unknown for row in contest.rows) else look

    def _looks(self, first: int) -> tuple[int, ...]:
        seeds = [min(first, self.most)]
        while seeds[-1] < self.most:
            seeds.append(self.after(seeds[-1]))
        return tuple(seeds)

    def _at(self, contest: Contest, seeds: int, more: BoolArray) -> Look:
        decision = contest.decide(self.tolerance)
        threat = contest.threats(decision.choice, self.tolerance)
        contends = threat > contest.level / len(threat)
        contends[decision.choice] = True
        adds = contends & more
        stop: Stop = ""
        if decision.settled:
            stop = "settled"
        elif not adds.any():
            full = any(row.draws and len(row.seeds) >= self.most for row in contest.rows)
            stop = "max seeds" if full else "nothing to add"
        elif seeds >= FEW_SEEDS and not self._within_reach(contest):
            stop = "out of reach"
        return Look(contest.level, decision, threat, contends, adds & (stop == ""), stop)

    def _within_reach(self, contest: Contest) -> bool:
        """Whether all the seeds would settle it, if the values stay as they are."""
        return bool(contest.at(LEVEL).regrets(self.tolerance, seeds=self.most).shown.any())


STOPS: Mapping[str, str] = MappingProxyType({
    "settled": "the verdict is settled",
    "out of reach": "more seeds would not settle it",
    "max seeds": "the rows that may win have all the seeds that they may get",
    "max time": "the time was up",
    "nothing to add": "no row that may win can get more seeds",
    "": "it was interrupted",
})  # fmt: skip
"""Why a race stopped, in words."""


def raced(looks: Sequence[RacingLook]) -> list[str]:
    """That seeds were added by racing, how many, and why no more."""
    if not looks:
        return []
    last, count = looks[-1], len(looks)
    cells, most = sum(row.seeds for row in last.rows), len(last.rows) * last.most
    early = sum(row.seeds < last.most and row.threat is not None and not row.contends for row in last.rows)
    sentences = f"Seeds were added by racing: {count} look{'s' * (count > 1)}, {cells:,} of at most {most:,} cells. "
    sentences += f"{early} of {len(last.rows)} rows got no more seeds, as they cannot win. " if early else ""
    sentences += f"It stopped because {STOPS[last.stop]}."
    if count > 1 and last.level:
        drawn = f"{format_number(100 * (1 - last.level), 3)}\u00a0%"
        sentences += f" Its bounds are drawn at {drawn}, so that all looks together err in 5\u00a0% of races."
    return [sentences]
