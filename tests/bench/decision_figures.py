"""The figures of docs/statistics.md on the rule: how often it errs, and how often it finds what is there.

    python tests/bench/decision_figures.py                    # planted worlds
    python tests/bench/decision_figures.py --settle           # races in planted worlds
    python tests/bench/decision_figures.py RUN...              # runs of one row with 10 seeds or more each

Of a run, seeds are dealt into two groups again and again: two copies of one strategy (A/A), or a copy and one whose
every number is 2 % better (power).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from statistics import NormalDist

import numpy as np
from freshmark.results.costs.noise import RowCosts
from freshmark.results.decision.racing import Look, Race
from freshmark.results.decision.regret import Contest, Tolerance
from freshmark.results.decision.standings import Standing, Standings
from freshmark.results.statistics.amounts import Scale
from freshmark.results.statistics.bootstrap import Row
from freshmark.results.tables import Results

DEALS, WORLDS, GAIN = 1000, 200, 0.02
ONE, OTHER = ("one()", "1d", "0s"), ("other()", "1d", "0s")


def main(folders: list[str]) -> None:
    """Write every line as soon as it is known."""
    head = "rows by  seeds by  tolerance  seeds  settled  settled and right  settled wrongly"
    lines: Iterable[str] = chain([head], worlds())
    if folders == ["--settle"]:
        lines = races()
    elif folders:
        lines = chain.from_iterable(map(deals, folders))
    for line in lines:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def worlds() -> Iterator[str]:
    """12 rows, 64 windows that follow each other, planted skill, luck by seed."""
    for skill, luck, own in ((0.06, 0.012, 0.02), (0.06, 0.012, 0.06), (0.02, 0.02, 0.02), (0.0, 0.02, 0.02)):
        for tolerance in (0.02, 0.05):
            for seeds in (1, 2, 3, 5, 10):
                rng, settled, right = np.random.default_rng(1), 0, 0
                for _ in range(WORLDS):
                    skills = skill * rng.standard_normal(12)
                    found = contest(world(rng, skills, seeds, luck, own)).decide(Tolerance(tolerance))
                    within = np.exp(skills[found.choice] - skills.max()) >= 1 - tolerance
                    settled, right = settled + found.settled, right + (found.settled and within)
                shares = (settled / WORLDS, right / WORLDS, (settled - right) / WORLDS)
                yield (
                    f"{skill:.0%} {luck:.1%} {tolerance:.0%} {seeds} "
                    + " ".join(f"{share:.1%}" for share in shares)
                    + (f" (rows wander by {own:.0%})")
                )


def world(rng: np.random.Generator, skills: np.ndarray, seeds: int, luck: float | np.ndarray, own: float) -> np.ndarray:
    """(rows, seeds, windows)."""
    level, wander = np.zeros(64), own * rng.standard_normal((len(skills), 64))
    step = rng.standard_normal(64)
    for window in range(1, 64):
        level[window] = 0.5 * level[window - 1] + step[window]
        wander[:, window] = 0.4 * wander[:, window - 1] + 0.9 * wander[:, window]
    shape = (len(skills), seeds, 64)
    parts = (
        skills[:, None, None],
        np.expand_dims(luck, -1) * rng.standard_normal((*shape[:2], 1)),
        0.03 * rng.standard_normal(shape),
    )
    return np.asarray(0.12 * np.exp(0.25 * level / level.std() + wander[:, None, :] + sum(parts)))


KINDS = {
    "rows by 6 %, seeds by 1.2 %": (0.06, 0.012, 0.02),
    "rows by 6 %, seeds by 1.2 %, rows wander by 6 %": (0.06, 0.012, 0.06),
    "rows by 2 %, seeds by 2 %": (0.02, 0.02, 0.02),
    "rows equal, seeds by 2 %": (0.0, 0.02, 0.02),
    "one row ahead by 1.25 tolerances, seeds by 1.2 %": (None, 0.012, 0.02),
    "one row ahead by 1.25 tolerances, seeds by 4 %": (None, 0.04, 0.02),
    "rows by 6 %, half of them draw nothing, seeds by 2 %": (0.06, 0.02, 0.02),
}
MOST = 10


def races() -> Iterator[str]:
    """The same worlds and harder ones, raced to at most 10 seeds."""
    yield "kind | tolerance | settled and right | settled wrongly | choice right | cells | looks"
    for kind, (skill, luck, own) in KINDS.items():
        for tolerance in (0.02, 0.05):
            rng, ends = np.random.default_rng(1), []
            for _ in range(WORLDS):
                skills = np.full(12, -1.25 * tolerance) if skill is None else skill * rng.standard_normal(12)
                if skill is None:
                    skills[rng.integers(12)] = 0.0
                draws = np.arange(12) % 2 == 0 if "half" in kind else np.ones(12, np.bool_)
                numbers = world(rng, skills, MOST, luck * draws[:, None], own)
                numbers[~draws] = numbers[~draws, :1]
                look, cells, looks = raced(numbers, draws, Race(Tolerance(tolerance), MOST))
                right = np.exp(skills[look.decision.choice] - skills.max()) >= 1 - tolerance
                settled = look.decision.settled
                ends.append((settled and right, settled and not right, right, cells / (12 * MOST), looks))
            means = np.mean(ends, axis=0)
            shares = " | ".join(f"{share:.1%}" for share in means[:4])
            yield f"{kind} | {tolerance:.0%} | {shares} | {means[4]:.1f}"


def raced(numbers: np.ndarray, draws: np.ndarray, race: Race) -> tuple[Look, int, int]:
    """The last look of a race over (rows, seeds, windows) numbers, the cells that it took, and its looks."""
    counts, seeds, looks = np.ones(len(numbers), np.int64), 1, 0
    first: int | None = None
    while True:
        look = race.look(contest(numbers, counts, draws), seeds=seeds, first=first)
        looks, first = looks + 1, first or (seeds if look.level else None)
        if look.stop:
            return look, int(counts.sum()), looks
        seeds = race.after(seeds)
        counts = np.where(look.adds, seeds, counts)


def contest(numbers: np.ndarray, counts: np.ndarray | None = None, draws: np.ndarray | None = None) -> Contest:
    """The rows of (rows, seeds, windows) numbers, all of one cost; of each so many seeds."""
    given = [row[:count] for row, count in zip(numbers, counts, strict=True)] if counts is not None else list(numbers)
    drawing = [True] * len(given) if draws is None else [bool(draw) for draw in draws]
    values = np.array([row.mean() for row in given])
    scale = Scale.of(list(values), higher=True)
    rows = [
        Row(
            scale.relative((row.mean(axis=0) - value)[:, None] / row.shape[1], float(value)),
            row.mean(axis=1) / value - 1,
            tuple(range(len(row))),
            family=str(place),
            noise=noise_of(row / value),
            draws=draw,
        )
        for place, (row, value, draw) in enumerate(zip(given, values, drawing, strict=True))
    ]
    return Contest(rows, values, scale=scale, costs=RowCosts(np.full(len(rows), 100.0)))


def noise_of(row: np.ndarray) -> float:
    """Of (seeds, windows) numbers: variance of their mean from what single seeds do in single windows."""
    seeds, windows = row.shape
    alone = row - row.mean(axis=1, keepdims=True)
    alone -= alone.mean(axis=0)
    return float(np.square(alone).sum() / (seeds * (seeds - 1) * windows**2)) if seeds > 1 else 0.0


def deals(folder: str) -> Iterator[str]:
    """A/A and power by number of seeds, and the power that known variances would have."""
    recorded = Results.open(Path(folder), metrics={}).recorded
    stream = next(iter(recorded.streams))
    metric = str(recorded.metric_for(stream))
    keys = [str(key) for key in recorded.cells["key"]]
    values = np.array([recorded.measured(key, [metric])[0].value[0, -1] for key in keys])
    influences = np.stack([recorded.influence(key, metric) for key in keys])
    luck = values.std(ddof=1) / values.mean()
    yield f"{stream}: {influences.shape[1]} windows, luck of a seed {luck:.1%}"
    rng = np.random.default_rng(2)
    for seeds in (1, 2, 3, 5):
        called, found = 0, 0
        for _ in range(DEALS):
            drawn = rng.permutation(len(keys))[: 2 * seeds]
            one, other = (_standing(values, influences, part) for part in (drawn[:seeds], drawn[seeds:]))
            better = Standing(
                other.seeds * (1 + GAIN), other.influence * (1 + GAIN), other.labels, True, other.by_seed * (1 + GAIN)
            )
            called += Standings({ONE: one, OTHER: other}, "higher").gap(ONE, OTHER).distinguishable
            gap = Standings({ONE: one, OTHER: better}, "higher").gap(OTHER, ONE)
            found += gap.distinguishable and gap.difference > 0
        normal = NormalDist()
        bound = 1 - normal.cdf(1.96 - GAIN / (luck * np.sqrt(2 / seeds)))
        yield (
            f"  {seeds} seeds: A/A called different {called / DEALS:.1%}; a gain of 2 % found {found / DEALS:.1%}"
            f" (at most {bound:.1%}, were windows without noise and the luck known)"
        )


def _standing(values: np.ndarray, influences: np.ndarray, drawn: np.ndarray) -> Standing:
    labels, by_seed = tuple(int(one) for one in drawn), influences[drawn].sum(axis=2)
    return Standing(values[drawn], influences[drawn].mean(axis=0), labels, True, by_seed)


if __name__ == "__main__":
    main(sys.argv[1:])
