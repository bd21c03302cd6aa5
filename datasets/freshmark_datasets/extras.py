"""Optional packages: imported where they are used, with an error that names the extra."""

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
        module = import_module(package)
    except ModuleNotFoundError as error:
        raise _missing(package, name) from error
    if module.__spec__ is not None and module.__spec__.origin is None:
        # A folder of that name in the working directory, such as this project's own "datasets", imports as a namespace.
        raise _missing(package, name)
    return module


def _missing(package: str, name: str) -> DataError:
    return DataError(f"{package} is not installed", where=name, remedy=f"pip install 'freshmark[{name}]'", code="FM224")
