"""Types of the arrays that cross the contract."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Task: TypeAlias = Literal["rank", "click", "rate", "classify"]
"""What is predicted: the next item, a click, a rating, a class."""

Owner: TypeAlias = Literal["context", "user", "item"]
"""Whose property a feature is: of the request itself (device, hour), of its user, or of the item that was chosen."""

OWNERS: tuple[Owner, ...] = ("context", "user", "item")

TASKS: tuple[Task, ...] = ("rank", "click", "rate", "classify")

AnyArray: TypeAlias = NDArray[Any]
IntArray: TypeAlias = NDArray[np.int64]
FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]
