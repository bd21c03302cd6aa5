"""Whether the value of an option has the type that its annotation names."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from inspect import Parameter

from freshmark.runs.catalogue.expressions import Expression, Value

TYPES: Mapping[str, type | tuple[type, ...]] = {
    "int": int,
    "float": (int, float),
    "bool": bool,
    "str": str,
    **dict.fromkeys(("list", "tuple", "Sequence"), (list, tuple)),
}
"""Name in an annotation → the values of an expression that it takes."""


def note_of(parameter: Parameter) -> str:
    """The annotation as in the source, whether it is a class, its text, or what a static signature has read."""
    note = parameter.annotation
    return note.__name__ if isinstance(note, type) else str(note)


def fits(value: Value, parameter: Parameter) -> bool:
    """Whether the value has a type of the annotation; what is not understood of it, such as an alias, takes all."""
    if isinstance(value, Expression) or value == parameter.default:
        return True
    try:
        return _fits(value, ast.parse(note_of(parameter), mode="eval").body)
    except SyntaxError:
        return True


def _fits(value: Value, note: ast.expr) -> bool:
    match note:
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return _fits(value, left) or _fits(value, right)
        case ast.Subscript(
            value=ast.Name(id="Annotated") | ast.Attribute(attr="Annotated"), slice=ast.Tuple(elts=parts)
        ):
            return _fits(value, parts[0])
        case ast.Constant(value=None):
            return value is None
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)) if name in TYPES:
            return isinstance(value, TYPES[name]) and isinstance(value, bool) <= (name == "bool")
        case ast.Subscript(value=ast.Name(id="Literal") | ast.Attribute(attr="Literal"), slice=choices):
            several = choices.elts if isinstance(choices, ast.Tuple) else [choices]
            return value in [one.value for one in several if isinstance(one, ast.Constant)]
    return True
