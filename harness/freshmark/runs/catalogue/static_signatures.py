"""What a module says of a class or function without being imported: a list of plugins must not load torch."""

from __future__ import annotations

import ast
import importlib.util
import inspect
from collections.abc import Callable
from inspect import Parameter, Signature
from pathlib import Path
from typing import Any, TypeAlias

Definition: TypeAlias = "ast.ClassDef | ast.FunctionDef"


def first_line(place: str) -> str:
    """The first line of the docstring at ``"module:name"``; empty where there is none to be read."""
    node = _definition(place)
    text = ast.get_docstring(node) if node is not None else None
    return text.strip().splitlines()[0] if text else ""


def signature_at(place: str) -> Signature | None:
    """The parameters of what stands at ``"module:name"``; None where only an import could tell."""
    node = _definition(place)
    if isinstance(node, ast.ClassDef):
        return _signature_of_class(node, place)
    return None if node is None or node.decorator_list else _signature(node.args, skip_self=False)


def file_of(module: str) -> Path | None:
    """Where a module's text lies; its parent packages are imported, itself it is not."""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None


def first_line_of(factory: Callable[..., Any]) -> str:
    """The first line of an object's own docstring."""
    text = inspect.getdoc(factory)
    return text.strip().splitlines()[0] if text else ""


def _definition(place: str) -> Definition | None:
    module, _, name = place.partition(":")
    file = file_of(module)
    if file is None:
        return None
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            return node
    return None


def _signature_of_class(node: ast.ClassDef, place: str) -> Signature | None:
    """What its own ``__init__`` takes, else that of its base class, in this module or in one that it imports from."""
    if node.decorator_list:
        return None
    made = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]
    if made:
        own = _signature(made[0].args, skip_self=True)
        return _with_the_rest(own, node, place) if _passes_on(made[0].args.kwarg) else own
    bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
    if len(bases) != 1 or bases[0] == node.name:
        return None
    base = _imported_as(bases[0], place)
    return Signature() if bases == ["Strategy"] and _definition(base) is None else signature_at(base)


def _passes_on(rest: ast.arg | None) -> bool:
    """Whether it is ``**rest: Unpack[…]``: options of the base class, which it hands on as they are."""
    return rest is not None and rest.annotation is not None and ast.unparse(rest.annotation).startswith("Unpack[")


def _with_the_rest(own: Signature, node: ast.ClassDef, place: str) -> Signature:
    """Its own options, and in the place of ``**rest`` those of the base class that it has not itself."""
    base = _imported_as(node.bases[0].id, place) if node.bases and isinstance(node.bases[0], ast.Name) else ""
    handed = signature_at(base) if base else None
    if handed is None:
        return own
    mine = [one for one in own.parameters.values() if one.kind is not Parameter.VAR_KEYWORD]
    rest = [one for one in handed.parameters.values() if one.kind is Parameter.KEYWORD_ONLY]
    return Signature([*mine, *(one for one in rest if one.name not in own.parameters)])


def _imported_as(name: str, place: str) -> str:
    """The ``"module:name"`` of what a module calls so: its own, or what it imports from another."""
    module = place.partition(":")[0]
    file = file_of(module)
    for node in ast.parse(file.read_text("utf-8")).body if file else []:
        if isinstance(node, ast.ImportFrom) and not node.level:
            for one in node.names:
                if (one.asname or one.name) == name:
                    return f"{node.module}:{one.name}"
    return f"{module}:{name}"


def _signature(arguments: ast.arguments, *, skip_self: bool) -> Signature:
    by_place: list[tuple[ast.arg, Any]] = [(one, Parameter.POSITIONAL_ONLY) for one in arguments.posonlyargs]
    by_place += [(one, Parameter.POSITIONAL_OR_KEYWORD) for one in arguments.args]
    defaults = [None] * (len(by_place) - len(arguments.defaults)) + list(arguments.defaults)
    positional = [_parameter(one, kind, default) for (one, kind), default in zip(by_place, defaults, strict=True)]
    positional = positional[1:] if skip_self else positional
    keywords = [
        _parameter(one, Parameter.KEYWORD_ONLY, default)
        for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    rest = [_parameter(arguments.vararg, Parameter.VAR_POSITIONAL, None)] if arguments.vararg else []
    others = [_parameter(arguments.kwarg, Parameter.VAR_KEYWORD, None)] if arguments.kwarg else []
    return Signature([*positional, *rest, *keywords, *others])


def _parameter(argument: ast.arg, kind: Any, default: ast.expr | None) -> Parameter:
    note = Parameter.empty if argument.annotation is None else Unevaluated(ast.unparse(argument.annotation))
    return Parameter(argument.arg, kind, default=_default(default), annotation=note)


def _default(node: ast.expr | None) -> Any:
    """The value of a literal; of anything else the text that makes it."""
    if node is None:
        return Parameter.empty
    try:
        return ast.literal_eval(node)
    except ValueError:
        return Unevaluated(ast.unparse(node))


class Unevaluated(str):
    """A default that is no literal: it is shown as the module writes it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)
