"""Exact rank of the true item among all candidates, and the best k of them.

rank = 1 + #{score > s} + ½ #{other candidates with score = s}   (mid-rank: a tie is neither luck nor punishment)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray
from freshmark.contract.strategy import Factors
from freshmark.errors import InvalidAnswer
from freshmark.replay import kernels

if TYPE_CHECKING:
    import torch

NOTHING_HAD = np.empty(0, np.int32)
TORCH_CELLS = 1 << 24
"""Scores that are in a GPU's memory at once."""


@dataclass(slots=True)
class Truths:
    """What the ranks of n queries are counted against.

    item: (n,) true items
    candidates: (n,) integers, the catalogue of each query is ``range(candidates[i])``
    had: items of all users, user by user; of query i those in [begin[i], end[i]) are no candidates
    """

    item: AnyArray
    candidates: AnyArray
    had: AnyArray
    begin: IntArray
    end: IntArray


class Ranker:
    """Counts ranks; keeps the scratch memory that counting needs.

    Args:
        items: how many items the whole stream has.
    """

    def __init__(self, items: int) -> None:
        self._mark = np.full(items, -1, np.int64)
        self._row = {np.dtype(kind): np.empty(items, kind) for kind in (np.float32, np.float64)}
        self._stamp = 0

    def by_scores(self, scores: AnyArray, truths: Truths) -> FloatArray:
        """(n,) ranks from scores (n, m): m items that the model knows, the others rank below.

        Raises:
            InvalidAnswer: a score is not finite, or the shape is wrong.
        """
        n = len(truths.item)
        if scores.ndim != 2 or len(scores) != n:  # noqa: PLR2004
            raise InvalidAnswer(f"score gave shape {scores.shape} to {n} queries", remedy="(n, m): one row a query")
        # A row that NumPy broadcast has no second copy in memory, and needs no second look.
        same = n > 1 and scores.strides[0] == 0
        rows = np.ascontiguousarray(scores[:1] if same else scores, scores.dtype if _float(scores) else np.float64)
        out = np.empty(n)
        kernels.rank_scores(
            rows, truths.item, truths.candidates, truths.had, truths.begin, truths.end, self._mark, self._take(n), out
        )
        return _finite(out)

    def by_factors(self, factors: Factors, truths: Truths) -> FloatArray:
        """(n,) ranks from inner products, without ever holding n × m scores.

        Raises:
            InvalidAnswer: a score is not finite, or a shape is wrong.
        """
        if getattr(getattr(factors.user, "device", None), "type", "cpu") != "cpu":
            return _finite(rank_on_device(factors, truths))
        user, items = (_matrix(side) for side in (factors.user, factors.item))
        kind = np.result_type(user, items)
        user, items = user.astype(kind, copy=False), items.astype(kind, copy=False)
        bias = np.empty(0, kind) if factors.bias is None else np.ascontiguousarray(factors.bias, kind)
        n = len(truths.item)
        if len(user) != n or user.shape[1] != items.shape[1] or (len(bias) and len(bias) != len(items)):
            raise InvalidAnswer(
                f"factors gave user {user.shape}, item {items.shape}, bias {bias.shape} to {n} queries",
                remedy="(n, d), (m, d) and (m,) or None",
            )
        out = np.empty(n)
        kernels.rank_factors(
            user, items, bias, truths.item, truths.candidates, truths.had, truths.begin, truths.end,
            self._mark, self._take(n), self._row[kind], out,
        )  # fmt: skip
        return _finite(out)

    def by_lists(self, lists: AnyArray, truths: Truths, depth: int) -> FloatArray:
        """(n,) places of the true items in lists (n, ≤k) of item codes, -1 pads; inf where an item is not there.

        Raises:
            InvalidAnswer: a list holds something that is no candidate, or one item twice.
        """
        n = len(truths.item)
        if lists.ndim != 2 or len(lists) != n or lists.dtype.kind not in "iu":  # noqa: PLR2004
            raise InvalidAnswer(
                f"recommend gave {lists.dtype} {lists.shape} to {n} queries", remedy="(n, ≤k) integer item codes"
            )
        out = np.empty(n)
        kernels.rank_lists(
            np.ascontiguousarray(lists, np.int64), truths.item, truths.candidates, truths.had, truths.begin,
            truths.end, depth, self._mark, self._take(2 * n), out,
        )  # fmt: skip
        wrong = np.flatnonzero(np.isnan(out))
        if len(wrong):
            row = int(wrong[0])
            raise InvalidAnswer(
                f"recommend gave {lists[row][:12].tolist()} where {int(truths.candidates[row])} items are known",
                where=f"row {row} of the query",
                remedy="item codes below query.candidates, each once, -1 pads",
            )
        return out

    def _take(self, stamps: int) -> int:
        self._stamp += stamps
        return self._stamp - stamps


def best(scores: AnyArray, k: int, had: AnyArray) -> AnyArray:
    """The k items with the highest scores (m,), best first, without those that the user had: (≤k,) int64."""
    row = np.array(scores, np.float64)
    row[had[had < len(row)]] = -np.inf
    k = min(k, len(row))
    if k < len(row):
        chosen = np.argpartition(-row, k - 1)[:k]
        chosen = chosen[np.lexsort((chosen, -row[chosen]))]
    else:
        chosen = np.argsort(-row, kind="stable")
    return chosen[row[chosen] > -np.inf]


def rank_on_device(factors: Factors, truths: Truths) -> FloatArray:
    """The ranks where the factors are torch tensors: the same count, on their device."""
    import torch  # noqa: PLC0415  (two seconds that only a GPU needs)

    user, items = cast("torch.Tensor", factors.user), cast("torch.Tensor", factors.item)
    device = user.device
    item = torch.as_tensor(np.asarray(truths.item, np.int64), device=device)
    candidates = torch.as_tensor(truths.candidates, device=device)
    codes = torch.arange(len(items), device=device)
    ranks = []
    step = max(1, TORCH_CELLS // max(1, len(items)))
    for at in range(0, len(item), step):
        rows = slice(at, at + step)
        scores = user[rows] @ items.T
        if factors.bias is not None:
            scores = scores + cast("torch.Tensor", factors.bias)
        allowed = codes < candidates[rows, None]
        broken = ~torch.where(allowed, scores, 0.0).isfinite().all(1)
        for q, (begin, end) in enumerate(zip(truths.begin[rows], truths.end[rows], strict=True)):
            had = np.unique(truths.had[begin:end])
            had = had[(had != truths.item[at + q]) & (had < len(items))]
            allowed[q, torch.as_tensor(had.astype(np.int64), device=device)] = False
        ranks.append(_count(scores, allowed, item[rows], candidates[rows], truths, at))
        ranks[-1][broken.cpu().numpy()] = np.nan
    return np.concatenate(ranks) if ranks else np.empty(0)


def _count(
    scores: torch.Tensor, allowed: torch.Tensor, item: torch.Tensor, candidates: torch.Tensor, truths: Truths, at: int
) -> FloatArray:
    known = scores.shape[1]
    inside = (item < known) & (item < candidates)
    own = scores.gather(1, item.clamp(max=known - 1)[:, None])
    greater = ((scores > own) & allowed).sum(1)
    equal = ((scores == own) & allowed).sum(1)
    rank = np.where(inside.cpu(), (1.0 + greater + 0.5 * (equal - 1)).cpu().numpy(), np.inf)
    for q in np.flatnonzero(((item >= known) & (item < candidates)).cpu().numpy()):
        had = np.unique(truths.had[truths.begin[at + q] : truths.end[at + q]])
        had = had[(had != truths.item[at + q]) & (had >= known) & (had < truths.candidates[at + q])]
        unknown = int(truths.candidates[at + q]) - known - len(had) - 1
        rank[q] = 1.0 + int(allowed[q].sum()) + 0.5 * unknown
    return np.asarray(rank, np.float64)


def _matrix(side: AnyArray) -> AnyArray:
    array = np.ascontiguousarray(side)
    if array.ndim != 2:  # noqa: PLR2004
        raise InvalidAnswer(f"factors gave an array of shape {array.shape}", remedy="two dimensions: rows and d")
    return array if _float(array) else array.astype(np.float32)


def _float(array: AnyArray) -> bool:
    return array.dtype in (np.float32, np.float64)


def _finite(ranks: FloatArray) -> FloatArray:
    wrong = np.flatnonzero(np.isnan(ranks))
    if len(wrong):
        raise InvalidAnswer(
            "a score is not finite (NaN or infinite)",
            where=f"row {int(wrong[0])} of the query",
            remedy="leave items that the model does not know out of the matrix: they rank below those that it knows",
        )
    return ranks
