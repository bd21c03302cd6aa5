"""Packages that freshmark does not install by itself: imported where they are used, with the extra that brings them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from freshmark import DataError


def extra(package: str, name: str) -> Any:
    """The package, imported.

    Args:
        package: its name.
        name: of the extra that installs it.

    Raises:
        DataError: it is not installed.
    """
    try:
        found = import_module(package)
    except ModuleNotFoundError as error:
        raise _missing(package, name) from error
    if found.__spec__ is not None and found.__spec__.origin is None:
        # A folder of that name where Python was started, such as this project's own "datasets", is no package.
        raise _missing(package, name)
    return found


def _missing(package: str, name: str) -> DataError:
    return DataError(f"{package} is not installed", where=name, remedy=f"pip install 'freshmark[{name}]'", code="FM224")
