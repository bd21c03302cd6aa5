"""Docstrings and options of classes and functions without importing their modules: listing must not load torch."""

from __future__ import annotations

import ast
import importlib.util
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from inspect import Parameter, Signature
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

Definition: TypeAlias = "ast.ClassDef | ast.FunctionDef"


def first_line(place: str) -> str:
    """The first line of the docstring at ``"module:name"``; may be empty."""
    node = definition_at(place)
    text = ast.get_docstring(node) if node is not None else None
    return text.strip().splitlines()[0] if text else ""


def signature_at(place: str) -> Signature | None:
    """The parameters of the class or function at ``"module:name"``; None where only an import could give them."""
    signature = _signature_at(place)
    if signature is None:
        return None
    parameters = [one for one in signature.parameters.values() if one.default is not NO_DEFAULT]
    return signature.replace(parameters=parameters)


def option_notes(place: str) -> Mapping[str, str]:
    """What the options in ``**options: Unpack[T]`` of a class mean: the texts below the keys of T."""
    node = definition_at(place)
    if not isinstance(node, ast.ClassDef):
        return {}
    init = _init(node)
    if init is not None:
        return _notes(_unpacked(init.args.kwarg, place))
    return option_notes(_imported_as(_base(node), place)) if _base(node) else {}


def _signature_at(place: str) -> Signature | None:
    node = definition_at(place)
    if isinstance(node, ast.ClassDef):
        return _signature_of_class(node, place)
    return None if node is None or node.decorator_list else _signature(node.args, skip_self=False)


def file_of(module: str) -> Path | None:
    """The source file of a module; its parent packages are imported, the module is not."""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None


def first_line_of(factory: Callable[..., Any]) -> str:
    """The first line of an object's own docstring."""
    text = inspect.getdoc(factory)
    return text.strip().splitlines()[0] if text else ""


def base_of(node: ast.ClassDef, place: str) -> str:
    """The ``"module:name"`` of the only base class; empty if it has none, several, or an expression as base."""
    return _imported_as(_base(node), place) if _base(node) else ""


def definition_at(place: str) -> Definition | None:
    """The syntax tree of the class or function at ``"module:name"``; None if there is no such source text."""
    module, _, name = place.partition(":")
    file = file_of(module)
    if file is None:
        return None
    for node in _body(file):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            return node
    return None


@cache
def _body(file: Path) -> list[ast.stmt]:
    """The statements of a module; a list of plugins asks for the same ones again and again."""
    return ast.parse(file.read_text("utf-8")).body


def _signature_of_class(node: ast.ClassDef, place: str) -> Signature | None:
    """What its own ``__init__`` takes, else that of its base class; with the defaults that the class declares."""
    if node.decorator_list:
        return None
    init = _init(node)
    if init is not None:
        own = _signature(init.args, skip_self=True)
        return _with_defaults(_with_the_rest(own, node, place) if _passes_on(init.args.kwarg) else own, node, place)
    if not _base(node):
        return None
    base = _imported_as(_base(node), place)
    if _base(node) == "Strategy" and definition_at(base) is None:
        return Signature()
    inherited = _signature_at(base)
    return None if inherited is None else _with_defaults(inherited, node, place)


def _init(node: ast.ClassDef) -> ast.FunctionDef | None:
    return next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)


def _base(node: ast.ClassDef) -> str:
    """The name of its only base class; empty where it has none, several, or one that is not a plain name."""
    names = [one.id for one in node.bases if isinstance(one, ast.Name) and one.id != node.name]
    return names[0] if len(names) == len(node.bases) == 1 else ""


def _passes_on(rest: ast.arg | None) -> bool:
    """Whether it is ``**rest: Unpack[…]``: options that are declared elsewhere, and handed on as they are."""
    return rest is not None and rest.annotation is not None and ast.unparse(rest.annotation).startswith("Unpack[")


def _with_the_rest(own: Signature, node: ast.ClassDef, place: str) -> Signature:
    """Its own options, and for ``**rest: Unpack[T]`` those of the base class, or the keys of T with a default."""
    handed = _signature_at(_imported_as(_base(node), place)) if _base(node) else None
    if handed is not None:
        rest = [one for one in handed.parameters.values() if one.kind is Parameter.KEYWORD_ONLY]
    else:
        init = _init(node)
        keys = _keys(_unpacked(init.args.kwarg, place)) if init is not None else []
        rest = [_parameter(ast.arg(*key), Parameter.KEYWORD_ONLY, None).replace(default=NO_DEFAULT) for key in keys]
        if not rest:
            return own
    mine = [one for one in own.parameters.values() if one.kind is not Parameter.VAR_KEYWORD]
    return Signature([*mine, *(one for one in rest if one.name not in own.parameters)])


def _with_defaults(signature: Signature, node: ast.ClassDef, place: str) -> Signature:
    """The signature with the defaults that attributes of the class, literals, give its options.

    inherits: names of options whose defaults are those of the model; recipe: other defaults; fixed: not an option
    """
    defaults: dict[str, Any] = {name: OfModel(f"model.{name}") for name in _declared(node, place, "inherits")}
    defaults |= _declared(node, place, "recipe") | dict.fromkeys(_declared(node, place, "fixed"), NO_DEFAULT)
    changed = [
        one.replace(default=defaults[one.name]) if one.name in defaults and one.kind is Parameter.KEYWORD_ONLY else one
        for one in signature.parameters.values()
    ]
    return signature.replace(parameters=changed)


def _declared(node: ast.ClassDef, place: str, attribute: str) -> dict[str, Any]:
    """The keys of a dict of literals, or the elements of a tuple, that the body of the class sets an attribute to."""
    for one in node.body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.target.id == attribute:
            match one.value:
                case ast.Attribute(value=ast.Name(id=name)):  # recipe = Other.recipe
                    other = _imported_as(name, place)
                    defined = definition_at(other)
                    return _declared(defined, other, attribute) if isinstance(defined, ast.ClassDef) else {}
                case ast.Tuple() as names:
                    return dict.fromkeys(ast.literal_eval(names))
                case ast.Dict(keys=keys, values=values):
                    return {str(getattr(key, "value", "")): _default(v) for key, v in zip(keys, values, strict=True)}
    return {}


def _unpacked(rest: ast.arg | None, place: str) -> str:
    """The ``"module:name"`` of T in ``**rest: Unpack[T]``; empty for anything else."""
    note = rest.annotation if rest is not None else None
    if isinstance(note, ast.Subscript) and isinstance(note.slice, ast.Name):
        return _imported_as(note.slice.id, place)
    return ""


def _keys(place: str) -> list[tuple[str, ast.expr]]:
    """The keys of a TypedDict and their annotations, those of its base first."""
    node = definition_at(place) if place else None
    if not isinstance(node, ast.ClassDef):
        return []
    inherited = _keys(_imported_as(_base(node), place)) if _base(node) else []
    own = [one for one in node.body if isinstance(one, ast.AnnAssign)]
    return inherited + [(ast.unparse(one.target), one.annotation) for one in own]


def _notes(place: str) -> Mapping[str, str]:
    """The text below each key of a TypedDict."""
    node = definition_at(place) if place else None
    if not isinstance(node, ast.ClassDef):
        return {}
    notes = dict(_notes(_imported_as(_base(node), place))) if _base(node) else {}
    for key, text in pairwise(node.body):
        if isinstance(key, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            notes[ast.unparse(key.target)] = str(text.value.value)
    return notes


def _imported_as(name: str, place: str) -> str:
    """The ``"module:name"`` of what a module calls so: its own, or what it imports from another."""
    module = place.partition(":")[0]
    file = file_of(module)
    for node in _body(file) if file else []:
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
    """A default that is not a literal: shown as in the source."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class OfModel(Unevaluated):
    """The default is what the model says: ``model.lr``."""


NO_DEFAULT = Unevaluated("…")
"""Of a shared option that the class gives no default, or fixes: it does not take it."""
