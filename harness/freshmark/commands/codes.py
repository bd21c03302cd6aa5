"""The meaning of each error code, for ``freshmark show FM101`` and docs/errors.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Explanation:
    """One code.

    title: what is wrong, in a few words
    why: the cause
    remedy: what to do
    """

    title: str
    why: str
    remedy: str


def _read(text: str) -> Mapping[str, Explanation]:
    """Entries are separated by empty lines: code and title, the cause, and after an arrow what to do."""
    entries = {}
    for entry in text.strip().split("\n\n"):
        head, _, body = entry.partition("\n")
        code, _, title = head.partition(" ")
        why, _, remedy = body.partition("→")
        entries[code] = Explanation(title, " ".join(why.split()), " ".join(remedy.split()))
    return MappingProxyType(entries)


EXPLANATIONS = _read((files("freshmark.commands") / "codes.txt").read_text("utf-8"))
"""Code → explanation, in order."""
