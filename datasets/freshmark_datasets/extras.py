"""Packages that freshmark does not install by itself: imported where they are used, with the extra that brings them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from freshmark.errors import DataError


def extra(package: str, name: str) -> Any:
    """The package, imported.

    Args:
        package: its name.
        name: of the extra that installs it.

    Raises:
        DataError: it is not installed.
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        raise DataError(
            f"{package} is not installed", where=name, remedy=f"pip install 'freshmark[{name}]'", code="FM224"
        ) from error
