"""How much worse a later run may be before it counts as a regression."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from freshmark.errors import UsageError

_DROP = re.compile(r"(?P<metric>[\w@]+)=(?P<amount>\d+(?:\.\d+)?)(?P<share>%?)")
_GROWTH = re.compile(r"\+?(?P<amount>\d+(?:\.\d+)?)(?P<share>%)")


@dataclass(frozen=True, slots=True)
class Drop:
    """How much worse a metric may be: a share of its earlier value, or an absolute amount."""

    metric: str
    amount: float
    share: bool

    @classmethod
    def parse(cls, text: str) -> Drop:
        """Parse ``ndcg@10=1%`` or ``ndcg@10=0.002``.

        Raises:
            UsageError: it is not such a limit.
        """
        match = _DROP.fullmatch(text.strip())
        if match is None:
            raise UsageError(
                f"{text!r} is not a valid limit", where="--max-drop", remedy="write it like ndcg@10=1%", code="FM123"
            )
        amount = float(match["amount"])
        return cls(match["metric"], amount / 100 if match["share"] else amount, bool(match["share"]))

    def allowed(self, before: float) -> float:
        """The largest drop from this value that is within the limit."""
        return self.amount * abs(before) if self.share else self.amount


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits. Without any, only a cell that no longer succeeds is a regression.

    p99: the share by which the 99th percentile of an answer may grow
    """

    drops: Sequence[Drop] = ()
    p99: float | None = None

    @classmethod
    def parse(cls, drops: Sequence[str], p99: str | None) -> Limits:
        """Parse ``["ndcg@10=1%"]`` and ``"+10%"``.

        Raises:
            UsageError: one is not valid.
        """
        if p99 is None:
            return cls([Drop.parse(text) for text in drops])
        match = _GROWTH.fullmatch(p99.strip())
        if match is None:
            raise UsageError(
                f"{p99!r} is not a valid limit", where="--max-p99", remedy="write it like +10%", code="FM123"
            )
        return cls([Drop.parse(text) for text in drops], float(match["amount"]) / 100)
