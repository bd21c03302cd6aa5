"""The tasks of a strategy, without importing its module."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from freshmark.runs.catalogue.static_signatures import base_of, definition_at

TASKS_OF_METHOD = {
    "factors": ("rank",),
    "score": ("rank",),
    "recommend": ("rank",),
    "predict": ("click", "rate", "classify"),
}
"""Way to answer → the tasks that it answers."""


def tasks_at(place: str) -> tuple[str, ...]:
    """The tasks of the class at ``"module:name"``: what it or a base class declares, or its methods answer.

    Empty if only an instance could tell.
    """
    node = definition_at(place)
    if not isinstance(node, ast.ClassDef):
        return ()
    own = _declared(node) or _answered({one.name for one in node.body if isinstance(one, ast.FunctionDef)})
    base = base_of(node, place)
    return own or (tasks_at(base) if base else ())


def tasks_of_class(factory: Callable[..., Any]) -> tuple[str, ...]:
    """The same of a class that is imported already."""
    declared = getattr(factory, "tasks", ())
    if isinstance(declared, frozenset | set | tuple | list) and declared:
        return tuple(task for task in _order() if task in declared)
    return _answered({name for name in TASKS_OF_METHOD if callable(getattr(factory, name, None))})


def _declared(node: ast.ClassDef) -> tuple[str, ...]:
    """What ``tasks = frozenset({...})`` in the body of the class names."""
    for one in node.body:
        targets = one.targets if isinstance(one, ast.Assign) else [one.target] if isinstance(one, ast.AnnAssign) else []
        if any(isinstance(target, ast.Name) and target.id == "tasks" for target in targets):
            names = {part.value for part in ast.walk(one) if isinstance(part, ast.Constant)}
            return tuple(task for task in _order() if task in names)
    return ()


def _answered(methods: set[str]) -> tuple[str, ...]:
    tasks = {task for method in methods for task in TASKS_OF_METHOD.get(method, ())}
    return tuple(task for task in _order() if task in tasks)


def _order() -> tuple[str, ...]:
    """All tasks, in the order of the documentation."""
    return tuple(dict.fromkeys(task for tasks in TASKS_OF_METHOD.values() for task in tasks))
