"""Answers and states as arrays; whatever is not an array is refused with its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from freshmark.contract.arrays import AnyArray
from freshmark.errors import InvalidAnswer


def numbers(answer: Any, way: str) -> AnyArray:
    """The answer as an array; a torch tensor on the CPU is accepted, a generator or None is not.

    Raises:
        InvalidAnswer: it is not an array of numbers.
    """
    if type(answer) is np.ndarray and answer.dtype.kind in "iufb":
        return answer  # the fast path: every answer passes here
    what = f"{way} gave {type(answer).__name__}"
    array = _array(answer, what, "FM310")
    if array.dtype.kind not in "iufb":
        raise InvalidAnswer(f"{what} ({array.dtype})", remedy="an array of numbers")
    return array


def only_row(array: AnyArray, way: str) -> AnyArray:
    """The one row of an answer to one query.

    Raises:
        InvalidAnswer: it has another shape.
    """
    if array.ndim != 2 or len(array) != 1:  # noqa: PLR2004
        raise InvalidAnswer(f"{way} gave shape {array.shape} to 1 query", remedy="one row per query")
    row: AnyArray = array[0]
    return row


def check_list(items: AnyArray, known: int) -> None:
    """Refuse a list that could not be shown: it must hold known items, each once.

    Raises:
        InvalidAnswer: it holds something else.
    """
    if items.dtype.kind not in "iu":
        raise InvalidAnswer(f"recommend gave {items.dtype} to a single request", remedy="integer item codes")
    if len(items) and (items.min() < 0 or items.max() >= known or len(set(items.tolist())) < len(items)):
        raise InvalidAnswer(
            f"recommend gave {items[:12].tolist()} where {known} items are known",
            where="a single request",
            remedy="item codes below query.candidates, each once, -1 pads",
        )


def arrays_of(state: Any) -> dict[str, AnyArray]:
    """The state as arrays, by name.

    Raises:
        InvalidAnswer: it is not a mapping of arrays, so that its size is unknown.
    """
    if not isinstance(state, Mapping):
        what = f"state gave {type(state).__name__}"
        raise InvalidAnswer(what, remedy="a mapping from names to arrays", code="FM313")
    arrays = {}
    for name, value in state.items():
        what = f"state gave {name!r} of {type(value).__name__}"
        arrays[name] = array = _array(value, what, "FM313")
        if array.dtype == object:
            raise InvalidAnswer(f"{what} (object)", remedy="an array of numbers", code="FM313")
    return arrays


def _array(value: Any, what: str, code: str) -> AnyArray:
    try:
        return np.asarray(value.detach() if getattr(value, "requires_grad", False) else value)
    except (TypeError, ValueError, RuntimeError) as error:
        message = " ".join(str(error).split())
        raise InvalidAnswer(f"{what}: {message}", remedy="an array of numbers, in main memory", code=code) from error
