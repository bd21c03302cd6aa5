"""Keys: a hash of everything that a cell depends on. Cells with equal keys give equal numbers, so one is measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import Any

from freshmark.results.stored.folder import SCHEMA
from freshmark.runs.catalogue.registry import Registry
from freshmark.runs.plan.plan import Cell


def cell_key(cell: Cell, *, fingerprint: str, code: str, settings: Mapping[str, Any], device: str) -> str:
    """The key of a cell: 40 hexadecimal digits.

    It does not depend on the cell's position in the plan, nor on the name of its stream.
    """
    parts = [SCHEMA, fingerprint, cell.strategy, code, cell.every, cell.delay, cell.seed, dict(settings), device]
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:40]


def code_of(registry: Registry, expression: str) -> str:
    """Digest of the versions and sources of everything that the strategy is built from.

    If a part belongs to a package, the whole package counts, e.g. a learner that several strategies share.
    """
    parts = registry.assembly("strategies", expression).parts
    described = {f"{kind} {name}": _code(registry, kind, name) for kind, name in parts}
    return sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def _code(registry: Registry, kind: str, name: str) -> str:
    package = registry.module(kind, name).partition(".")[0]
    file = registry.file(kind, name)
    return f"{_version(package)} {_text_digest(_root(file, package)) if file else ''}"


def _root(file: Path, package: str) -> Path:
    """The folder of the package that the file belongs to; the file itself if it is not in a package."""
    return next((folder for folder in file.parents if folder.name == package), file)


@cache
def _version(package: str) -> str:
    try:
        return version((packages_distributions().get(package) or [package])[0])
    except PackageNotFoundError:
        return ""


def _text_digest(root: Path) -> str:
    digest = sha256()
    for file in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
        digest.update(file.relative_to(root.parent).as_posix().encode() + b"\0")
        digest.update(file.read_bytes())
    return digest.hexdigest()
