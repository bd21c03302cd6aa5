"""Drift: a planted change of a stream."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drift:
    """A change that a simulator planted: the ground truth for what a report detects.

    begin, end: int, microseconds; equal for a sudden drift
    kind: ``sudden``, ``gradual``, ``recurring``, ``incremental`` or ``popularity``; of clicks ``prior``, ``covariate``,
        ``concept`` or ``bots``
    users, items: codes of those affected
    """

    begin: int
    end: int
    kind: str
    users: tuple[int, ...] = ()
    items: tuple[int, ...] = ()
