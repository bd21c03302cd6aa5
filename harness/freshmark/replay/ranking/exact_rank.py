"""Exact rank of the true item among all candidates, and the best k of them.

rank = 1 + #{score > s} + ½ #{other candidates with score = s}   (mid-rank: a tie neither helps nor hurts)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray
from freshmark.contract.strategy import Factors
from freshmark.errors import InvalidAnswer
from freshmark.replay.ranking import kernels

if TYPE_CHECKING:
    import torch

NOTHING_HAD = np.empty(0, np.int32)
TORCH_CELLS = 1 << 24
"""Maximum number of scores in GPU memory at once."""


@dataclass(frozen=True, slots=True)
class Truths:
    """What ranks are counted against; all columns cover the whole stream.

    item: (n,) true items
    candidates: (n,) integers, the catalogue of event i is ``range(candidates[i])``
    had: items of all users, user by user; for event i those in [begin[i], end[i]) are not candidates
    """

    item: AnyArray
    candidates: AnyArray
    had: AnyArray
    begin: AnyArray
    end: AnyArray


class Ranker:
    """Counts ranks, and holds the scratch memory for it."""

    def __init__(self, truths: Truths, items: int) -> None:
        self._truths = truths
        self._columns = (truths.item, truths.candidates, truths.had, truths.begin, truths.end)
        self._mark = np.full(items, -1, np.int64)
        self._row = {np.dtype(kind): np.empty(items, kind) for kind in (np.float32, np.float64)}
        self._stamp = 0

    def by_scores(self, scores: AnyArray, at: int, out: FloatArray) -> None:
        """Ranks of the events from ``at`` on, from scores (n, m): m items known to the model, the others rank below.

        Raises:
            InvalidAnswer: a score is not finite, or the shape is wrong.
        """
        n = len(out)
        if scores.ndim != 2 or len(scores) != n:  # noqa: PLR2004
            raise InvalidAnswer(f"score gave shape {scores.shape} to {n} queries", remedy="(n, m): one row per query")
        # Rows that NumPy broadcast are one row in memory: rank against it once.
        same = n > 1 and scores.strides[0] == 0
        rows = np.ascontiguousarray(scores[:1] if same else scores, scores.dtype if _float(scores) else np.float64)
        _check_finite(kernels.rank_scores(rows, at, *self._columns, self._mark, self._take(n), out))

    def by_factors(self, factors: Factors, at: int, out: FloatArray) -> None:
        """Ranks of the events from ``at`` on, by inner products, without storing n × m scores.

        Raises:
            InvalidAnswer: a score is not finite, or a shape is wrong.
        """
        if getattr(getattr(factors.user, "device", None), "type", "cpu") != "cpu":
            out[:] = rank_on_device(factors, self._truths, at, at + len(out))
            return
        user, items = (_matrix(side) for side in (factors.user, factors.item))
        kind = np.result_type(user, items)
        user, items = user.astype(kind, copy=False), items.astype(kind, copy=False)
        bias = np.empty(0, kind) if factors.bias is None else np.ascontiguousarray(factors.bias, kind)
        n = len(out)
        if len(user) != n or user.shape[1] != items.shape[1] or (len(bias) and len(bias) != len(items)):
            raise InvalidAnswer(
                f"factors gave user {user.shape}, item {items.shape}, bias {bias.shape} to {n} queries",
                remedy="(n, d), (m, d) and (m,) or None",
            )
        row = kernels.rank_factors(
            user, items, bias, at, *self._columns, self._mark, self._take(n), self._row[kind], out
        )
        _check_finite(row)

    def by_lists(self, lists: AnyArray, depth: int, at: int, out: FloatArray) -> None:
        """Positions of the true items of the events from ``at`` on in lists (n, ≤k) of item codes; inf: not in it.

        Raises:
            InvalidAnswer: a list contains something that is not a candidate, or an item twice.
        """
        n = len(out)
        if lists.ndim != 2 or len(lists) != n or lists.dtype.kind not in "iu":  # noqa: PLR2004
            raise InvalidAnswer(
                f"recommend gave {lists.dtype} {lists.shape} to {n} queries", remedy="(n, ≤k) integer item codes"
            )
        if lists.dtype != np.int64 or not lists.flags.c_contiguous:
            lists = np.ascontiguousarray(lists, np.int64)
        row = kernels.rank_lists(lists, depth, at, *self._columns, self._mark, self._take(2 * n), out)
        if row >= 0:
            known = int(self._truths.candidates[at + row])
            raise InvalidAnswer(
                f"recommend gave {lists[row][:12].tolist()} where {known} items are known",
                where=f"row {row} of the query",
                remedy="item codes below query.candidates, each once, -1 pads",
            )

    def _take(self, stamps: int) -> int:
        self._stamp += stamps
        return self._stamp - stamps


def best(scores: AnyArray, k: int, had: AnyArray) -> AnyArray:
    """The k items with the highest scores (m,), best first, without the items the user had: (≤k,) int64."""
    row = np.array(scores, np.float64)
    row[had[had < len(row)]] = -np.inf
    k = min(k, len(row))
    if k < len(row):
        chosen = np.argpartition(-row, k - 1)[:k]
        chosen = chosen[np.lexsort((chosen, -row[chosen]))]
    else:
        chosen = np.argsort(-row, kind="stable")
    return chosen[row[chosen] > -np.inf]


def rank_on_device(factors: Factors, truths: Truths, begin: int, end: int) -> FloatArray:
    """Ranks of the events [begin, end) if the factors are torch tensors: the same count, on their device."""
    user, items = cast("torch.Tensor", factors.user), cast("torch.Tensor", factors.item)
    step = max(1, TORCH_CELLS // max(1, len(items)))
    ranks = np.empty(end - begin)
    for at in range(0, end - begin, step):
        scores = user[at : at + step] @ items.T
        if factors.bias is not None:
            scores = scores + cast("torch.Tensor", factors.bias)
        events = range(begin + at, begin + at + len(scores))
        ranks[at : at + len(scores)] = _count_on_device(scores, truths, events)
    return ranks


def _count_on_device(scores: torch.Tensor, truths: Truths, events: range) -> AnyArray:
    import torch  # noqa: PLC0415  (takes two seconds, needed only on a GPU)

    device, known = scores.device, scores.shape[1]
    rows = slice(events.start, events.stop)
    item = torch.as_tensor(np.asarray(truths.item[rows], np.int64), device=device)
    candidates = torch.as_tensor(np.asarray(truths.candidates[rows], np.int64), device=device)
    allowed = torch.arange(known, device=device) < candidates[:, None]
    bad = (~torch.where(allowed, scores, 0.0).isfinite().all(1)).nonzero()
    _check_finite(int(bad[0]) if len(bad) else -1)

    unknown = (candidates - known - 1).clamp(min=0).cpu().numpy().astype(np.float64)
    for q, e in enumerate(events):
        had = np.unique(truths.had[truths.begin[e] : truths.end[e]]).astype(np.int64)
        had = had[(had != truths.item[e]) & (had < truths.candidates[e])]
        unknown[q] -= np.count_nonzero(had >= known)
        allowed[q, torch.as_tensor(had[had < known], device=device)] = False

    own = scores.gather(1, item.clamp(max=known - 1)[:, None])
    greater = ((scores > own) & allowed).sum(1).cpu().numpy()
    equal = ((scores == own) & allowed).sum(1).cpu().numpy()
    rank = np.where((item < known).cpu(), 1.0 + greater + 0.5 * (equal - 1), 0.0)
    rank = np.where((item >= known).cpu(), 1.0 + allowed.sum(1).cpu().numpy() + 0.5 * unknown, rank)
    return np.where((item >= candidates).cpu(), np.inf, rank)


def _matrix(side: AnyArray) -> AnyArray:
    array = np.ascontiguousarray(side)
    if array.ndim != 2:  # noqa: PLR2004
        raise InvalidAnswer(f"factors gave an array of shape {array.shape}", remedy="two dimensions: rows and d")
    return array if _float(array) else array.astype(np.float32)


def _float(array: AnyArray) -> bool:
    return array.dtype in (np.float32, np.float64)


def _check_finite(row: int) -> None:
    if row >= 0:
        raise InvalidAnswer(
            "a score is not finite (NaN or infinite)",
            where=f"row {row} of the query",
            remedy="leave unknown items out of the matrix: they rank below the known ones",
        )
