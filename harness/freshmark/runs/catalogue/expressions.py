"""Expressions: the text that builds a strategy, model or stream, parsed with ``ast``; nothing is evaluated.

``replay(gru4rec(dim=64), size=5000)`` is a call; its arguments are literals (numbers, strings, ``True``, ``None``,
lists, tuples) or further calls. A bare name is a call without arguments: ``popularity`` equals ``popularity()``.
Names may contain hyphens: ``last-seen(memory=50)``.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from freshmark.errors import UsageError

Value: TypeAlias = "str | int | float | bool | list[Value] | tuple[Value, ...] | Expression | None"
"""An argument."""

# A letter that Python allows in names and nobody uses; it replaces the hyphen while ast parses.
_HYPHEN = "\N{LATIN LETTER RETROFLEX CLICK}"
_TEXT_OR_NAME = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|(?<![\w.])[^\W\d]\w*(?:-\w+)+""")
_NAME = re.compile(r"[^\W\d]\w*(?:-\w+)*")

LONGEST = 10_000
"""The most characters of an expression: ast could exhaust the stack on a longer one."""


@dataclass(frozen=True)
class Expression:
    """A call: the name of a factory, and its arguments."""

    name: str
    args: tuple[Value, ...] = ()
    options: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        """The canonical text: quotes and spaces normalised, arguments in the given order."""
        parts = [_written(value) for value in self.args]
        parts += [f"{name}={_written(value)}" for name, value in self.options]
        return f"{self.name}({', '.join(parts)})"

    def nested(self) -> Iterator[Expression]:
        """The nested calls, in the order of the text, at any depth."""
        for value in [*self.args, *(value for _, value in self.options)]:
            yield from _calls(value)


def parse(text: str) -> Expression:
    """The expression.

    Raises:
        UsageError: the text is not an expression; the message says where.
    """
    if len(text) > LONGEST:
        raise UsageError(f"an expression of {len(text)} characters is too long", remedy=f"at most {LONGEST}")
    spelt = _TEXT_OR_NAME.sub(_without_hyphens, text.strip())
    try:
        tree = ast.parse(spelt, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise _unreadable(text, reason or "syntax error") from error
    value = _value(tree, text)
    if not isinstance(value, Expression):
        raise _unreadable(text, "a literal alone builds nothing")
    return value


def canonical(text: str) -> str:
    """The canonical text: ``popularity( window = "1d" )`` → ``popularity(window='1d')``."""
    return str(parse(text))


def is_name(text: str) -> bool:
    """Whether the text is a valid name of an expression."""
    return _NAME.fullmatch(text) is not None


def _without_hyphens(match: re.Match[str]) -> str:
    text = match[0]
    return text if text[0] in "'\"" else text.replace("-", _HYPHEN)


def _name(name: str, text: str) -> str:
    written = name.replace(_HYPHEN, "-")
    if not _NAME.fullmatch(written):  # the text itself contains the letter
        raise _unreadable(text, f"{written!r} is not a name")
    return written


def _value(node: ast.expr, text: str) -> Value:
    match node:
        case ast.Constant(value=float() as number) if math.isinf(number):
            raise _unreadable(text, "a number is too large")
        case ast.Constant(value=bool() | int() | float() | str() | None as literal):
            return literal
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=ast.Constant(value=int() | float() as number)) if (
            not isinstance(number, bool)
        ):
            return -number if isinstance(sign, ast.USub) else number
        case ast.List(elts=elements):
            return [_value(element, text) for element in elements]
        case ast.Tuple(elts=elements):
            return tuple(_value(element, text) for element in elements)
        case ast.Name(id=name):
            return Expression(_name(name, text))
        case ast.Call(func=ast.Name(id=name)):
            return _call(node, _name(name, text), text)
    raise _unreadable(text, f"{ast.unparse(node).replace(_HYPHEN, '-')!r} is neither a literal nor a call")


def _call(node: ast.Call, name: str, text: str) -> Expression:
    options: dict[str, Value] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise _unreadable(text, "'**' is not supported")
        option = _name(keyword.arg, text)
        if option in options:
            raise _unreadable(text, f"option {option!r} is given twice")
        options[option] = _value(keyword.value, text)
    return Expression(name, tuple(_value(value, text) for value in node.args), tuple(options.items()))


def _calls(value: Value) -> Iterator[Expression]:
    if isinstance(value, Expression):
        yield value
        yield from value.nested()
    elif isinstance(value, list | tuple):
        for element in value:
            yield from _calls(element)


def _written(value: Value) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_written(element) for element in value)}]"
    if isinstance(value, tuple):
        return f"({', '.join(_written(element) for element in value)}{',' if len(value) == 1 else ''})"
    return str(value) if isinstance(value, Expression) else repr(value)


def _unreadable(text: str, reason: str) -> UsageError:
    return UsageError(
        f"{_short(text)!r} is not an expression: {reason}",
        remedy="write it like replay(mf(dim=64), size=5000)",
        code="FM105",
    )


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "…"  # noqa: PLR2004
