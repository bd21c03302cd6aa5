"""The decorator of loops that numba compiles if it is installed."""

from __future__ import annotations

from freshmark import COMPILED as COMPILED  # noqa: PLC0414
from freshmark import compiling

compiled = compiling()
"""Arithmetic is in float64 and integers, so that numba and Python give the same bits."""
