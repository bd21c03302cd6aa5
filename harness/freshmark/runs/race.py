"""The race of a campaign: it looks at what is measured, and says which cells come next.

Each stream has a race of its own, by the rules of ``results.decision.racing``. A look is recorded in the run folder
before the cells that it adds are measured, so a race that was killed goes on from its last look.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, TypeAlias

from freshmark.results.naming import format_number
from freshmark.runs.plan.terms import Terms
from freshmark.runs.reading import opened

if TYPE_CHECKING:
    from freshmark.results.decision.judgement import Judgement
    from freshmark.results.decision.racing import Look, Race
    from freshmark.results.decision.ranking import RankingRow
    from freshmark.results.stored.looks import RacingLook, RacingRow
    from freshmark.runs.catalogue.registry import Registry
    from freshmark.runs.plan.plan import Plan
    from freshmark.runs.store.run_store import Store

RowOfStream: TypeAlias = tuple[str, str, str, str]
"""Stream, strategy, every, delay."""

PAUSED = "max time"
"""Why a race stopped that goes on when the run is resumed."""

_ASKED = ("streams", "strategies", "every", "delay", "seeds", "max_seeds",
          "metric", "price", "max_p99", "max_cost", "tolerance", "worth")  # fmt: skip


class StreamRaces:
    """The races of a run folder, one a stream.

    Args:
        plan: with the terms of the verdict.
        store: the run folder, where looks are recorded.
        registry: where metrics come from.
        rows: the rows that may get seeds.
    """

    def __init__(self, plan: Plan, store: Store, registry: Registry, rows: Collection[RowOfStream]) -> None:
        from freshmark.results.stored.looks import RACE, RacingLook  # noqa: PLC0415  (pandas: a plain run needs none)

        self._plan, self._store, self._registry, self._rows = plan, store, registry, rows
        self._asked = {name: getattr(plan, name) for name in _ASKED}
        recorded: dict[str, Any] = store.recorded(RACE) or {}
        self.looks = [RacingLook.unpacked(look) for look in recorded.get("looks", ())]
        same = recorded.get("asked") == _listed(self._asked)
        self._over = {look.stream for look in self.looks if same and look.stop not in ("", PAUSED)}

    @property
    def goes_on(self) -> bool:
        """Whether the race of any stream is not over."""
        return bool(self._left)

    @property
    def _left(self) -> set[str]:
        return {row[0] for row in self._rows} - self._over

    @property
    def added(self) -> set[tuple[str, str, str, str, int]]:
        """Stream, strategy, every, delay and seed of each cell that was added."""
        return {(look.stream, *row.row, seed) for look in self.looks for row in look.rows for seed in row.adds}

    def look(self, *, expired: bool) -> list[RacingLook]:
        """Look at every stream whose race is not over, record it, and give what was found.

        Args:
            expired: whether the time is up: no race goes on.
        """
        from freshmark.results.decision.decisions import Decisions  # noqa: PLC0415  (as above)
        from freshmark.results.stored.looks import RACE  # noqa: PLC0415

        if not self._left:
            return []
        results = Terms.of(self._plan).applied(opened(self._registry, [self._store.folder]))
        decisions = Decisions(results.recorded, results.terms)
        found = [
            self._look(stream, judgement, expired=expired)
            for stream, judgement in decisions.judgements(None).items()
            if stream in self._left
        ]
        self.looks += found
        self._over |= {look.stream for look in found if look.stop}
        self._store.record({RACE: {"asked": self._asked, "looks": [look.packed() for look in self.looks]}})
        return found

    def _look(self, stream: str, judgement: Judgement, *, expired: bool) -> RacingLook:
        from freshmark.results.decision.racing import Race  # noqa: PLC0415  (as above)
        from freshmark.results.stored.looks import RacingLook  # noqa: PLC0415

        earlier = [look for look in self.looks if look.stream == stream]
        race = Race(judgement.terms.tolerance, len(self._plan.seeds_at_most))
        again = bool(earlier) and earlier[-1].stop not in ("", PAUSED)  # asked anew of the same cells
        seeds = len(self._plan.seeds)
        if earlier:
            seeds = max(seeds, earlier[-1].seeds if again else race.after(earlier[-1].seeds))
        closed = [bool(row.failed) or (stream, *row.row) not in self._rows for row in judgement.contested]
        looked = None
        if judgement.contest is not None:
            looked = race.look(
                judgement.contest,
                seeds=seeds,
                first=next((look.seeds for look in earlier if look.level), None),
                closed=closed,
            )
        stop = looked.stop if looked else "nothing to add"
        race_rows = _RaceRows(judgement, race, looked, self._plan.seeds_at_most, race.after(seeds))
        return RacingLook(
            stream=stream,
            number=len(earlier) + 1,
            seeds=seeds,
            most=race.most,
            level=looked.level if looked else 0.0,
            stop=PAUSED if expired and not stop else stop,
            rows=tuple(race_rows.row(row) for row in judgement.rows),
        )


class _RaceRows:
    """What a look found, row by row."""

    def __init__(
        self, judgement: Judgement, race: Race, look: Look | None, seeds: tuple[int, ...], target: int
    ) -> None:
        self._judgement, self._race, self._look = judgement, race, look
        self._seeds, self._target = seeds, target
        self._places = {row.row: place for place, row in enumerate(judgement.contested)} if look else {}

    def row(self, row: RankingRow) -> RacingRow:
        from freshmark.results.stored.looks import RacingRow  # noqa: PLC0415  (as above)

        place = self._places.get(row.row)
        threat: float | None = None
        contends = False
        adds: tuple[int, ...] = ()
        if place is not None and self._look is not None:
            threat, contends = float(self._look.threat[place]), bool(self._look.contends[place])
            adds = self._seeds[row.seeds : self._target] if self._look.adds[place] else ()
        why = self._why(row, place)
        return RacingRow(row.strategy, row.every, row.delay, row.seeds, threat, contends, adds, why)

    def _why(self, row: RankingRow, place: int | None) -> str:
        if place is None or self._look is None or self._judgement.contest is None:
            return self._not_contested(row)
        look, contest = self._look, self._judgement.contest
        by_more = f"by more than {self._race.tolerance.in_words()}"
        if not look.contends[place]:
            return f"cannot win {by_more}"
        if place == look.decision.choice:
            words = "the choice" if look.stop == "settled" else "the best bet"
        else:
            words = f"wins {by_more} with probability {format_number(100 * look.threat[place], 2)}\u00a0%"
        if look.stop in ("settled", "out of reach") or look.adds[place]:
            return words
        if not contest.rows[place].draws:
            return f"{words}; it draws nothing at random"
        return f"{words}; it has all seeds" if row.seeds >= self._race.most else f"{words}; a cell failed"

    def _not_contested(self, row: RankingRow) -> str:
        if not row.measured:
            return "no cell succeeded"
        if row.undue:
            return "no update was due"
        return f"outside the limits: {row.excluded}" if row.excluded else "there are too few windows"


def _listed(asked: dict[str, Any]) -> dict[str, Any]:
    """As JSON gives it back."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asked.items()}
