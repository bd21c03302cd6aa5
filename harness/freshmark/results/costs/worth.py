"""What accuracy is worth in money, and the break-even of a step along a schedule."""

from __future__ import annotations

import re
from dataclasses import dataclass

from freshmark.errors import UsageError
from freshmark.results.naming import format_number

_WORTH = re.compile(
    r"(?P<share>\d+(?:\.\d+)?)\s*%\s*(?:of\s+)?(?P<metric>[a-z][\w@]*)\s*=\s*(?P<money>\d+(?:\.\d+)?)\s*"
    r"(?:per|/|a)?\s*(?P<per>million events|million|1m|day|d)",
    re.IGNORECASE,
)
_DAYS = frozenset({"day", "d"})


@dataclass(frozen=True, slots=True)
class Worth:
    """Money that a relative gain of a metric brings.

    metric: by name
    amount: money for the whole amount (100 %), per million events or per day
    daily: whether it is per day
    """

    metric: str
    amount: float
    daily: bool = False

    @classmethod
    def parse(cls, text: str) -> Worth:
        """Of ``"1% ndcg@10 = 20 per million events"`` or ``"1% accuracy = 300 per day"``.

        Raises:
            UsageError: it is not a worth.
        """
        match = _WORTH.fullmatch(text.strip())
        if match is None or not (float(match["share"]) > 0 and float(match["money"]) > 0):
            raise UsageError(
                f"{text!r} is not a worth", remedy="write 1% ndcg@10 = 20 per million events", code="FM128"
            )
        whole = float(match["money"]) * 100 / float(match["share"])
        return cls(match["metric"].lower(), whole, match["per"].lower() in _DAYS)

    def per_million(self, events_a_day: float) -> float:
        """Money for the whole amount on a million events of a stream with so many events a day."""
        return self.amount * 1e6 / events_a_day if self.daily else self.amount


@dataclass(frozen=True, slots=True)
class BreakEven:
    """From which price of 1 % of the metric on a faster schedule pays; CPU seconds where money has no price.

    least, most: the interval of that price; 0 where it pays at any price, inf where it may never
    """

    value: float
    least: float
    most: float

    @classmethod
    def of(cls, gain: float, margin: float, cost: float) -> BreakEven:
        """Of a relative gain ± margin for so much more cost."""

        def price(share: float) -> float:
            if cost <= 0:
                return 0.0 if share >= 0 else float("inf")
            return cost / (100 * share) if share > 0 else float("inf")

        reach = margin if margin == margin else float("inf")  # noqa: PLR0124  (NaN: nothing is known of it)
        return cls(price(gain), price(gain + reach), price(gain - reach))

    def in_words(self, slower: str, percent: str, *, money: bool) -> str:
        """``pays over weekly if 1 % of NDCG@10 is worth more than 0.6 CPU seconds per million events``."""
        unit = "" if money else " CPU seconds"
        if self.value == float("inf"):
            return f"does not pay over {slower}: it gains nothing."
        if self.value == 0 and self.most == 0:
            return f"pays over {slower} at any worth: it is no dearer and not worse."
        if self.value == 0:
            return f"costs no more than {slower}."
        text = f"pays over {slower} if {percent} is worth more than {format_number(self.value, 2)}{unit}"
        if self.most == float("inf"):
            return f"{text} per million events; its gain may be chance."
        interval = f"{format_number(self.least, 2)} to {format_number(self.most, 2)}"
        return f"{text} per million events (95\u00a0% interval {interval})."
