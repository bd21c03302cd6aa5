"""transition: followers of the user's last item."""

from __future__ import annotations

from typing import Annotated

from freshmark import Search

from freshmark_plugins.strategies.counting.sequential_rules import SequentialRules


class Transition(SequentialRules):
    """Rank items by how often they followed the user's last item; small gaps count more.

    ::

        update, for each event (u, b):   M_ab ← M_ab + 1/gap    for the item a of u ``gap`` ≤ order events before
        score(u, b) = M_ab               a the last item of u

    It is ``sequential_rules(last=1)``, without sessions. The last item is context and changes with each event; M
    changes only in updates. Items that never followed are ranked below by popularity, as are all items for new users.

    Cost of an update: O(order) per event; of an answer: O(followers). Memory: see PairCounts, 8 bytes per item, and
    8 (order + 3) bytes per user. Order 1 is a Markov chain; Rendle et al., WWW 2010, without their factors.

    Args:
        order: largest gap that counts, 1 to 10.
    """

    def __init__(self, *, order: Annotated[int, Search(1, 10)] = 1) -> None:
        super().__init__(order=order, last=1)
