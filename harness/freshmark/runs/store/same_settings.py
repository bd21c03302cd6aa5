"""One folder holds one way to measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from freshmark.errors import StoreError
from freshmark.runs.store.run_store import Store


def refuse_other_settings(store: Store, settings: Mapping[str, Any]) -> None:
    """One folder holds one way to measure, so that the numbers in its tables are comparable."""
    for record in store.streams().values():
        other = {name: value for name, value in record["settings"].items() if settings.get(name) != value}
        if other:
            differences = ", ".join(f"{name}={value!r} (now {settings.get(name)!r})" for name, value in other.items())
            what = f"the folder was measured with {differences}"
            raise StoreError(
                what, where=str(store.folder), remedy="use the same settings, or another folder", code="FM413"
            )
