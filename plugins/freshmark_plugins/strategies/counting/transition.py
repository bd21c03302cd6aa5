"""transition: what users took after the item that this user took last."""

from __future__ import annotations

from freshmark_plugins.strategies.counting.sequential_rules import SequentialRules


class Transition(SequentialRules):
    """Rank items by how often they followed the user's last item, near followers counting more.

    ::

        update, for each event (u, b):   M_ab ← M_ab + 1/gap    for the item a that u took ``gap`` ≤ order events before
        score(u, b) = M_ab               a the last item of u

    It is ``sequential_rules(last=1)``, without sessions. The last item is context and moves with each event; M moves by
    updates alone. Items that never followed come after, by popularity; for new users that is all there is.

    Cost of an update: O(order) an event; of an answer: O(followers). Memory: see PairCounts, 8 bytes an item, and
    8 (order + 3) bytes a user. Order 1 is a Markov chain; Rendle et al., WWW 2010, without their factors.

    Args:
        order: the farthest gap that counts, 1 to 10.
    """

    def __init__(self, *, order: int = 1) -> None:
        super().__init__(order=order, last=1)
