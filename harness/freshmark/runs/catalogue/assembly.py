"""Assembly: an expression checked against what plugins offer, and the object that it builds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from inspect import Parameter, Signature
from typing import Any, Protocol

from freshmark.errors import UnknownName, UsageError
from freshmark.runs.catalogue.expressions import Expression, Value, parse
from freshmark.runs.catalogue.option_types import fits, note_of

WITHIN = {"strategies": ("models", "strategies", "streams")}
"""The kinds in which a nested name is looked up, in this order; by default its own kind."""

_OVER_MODELS = ("retrain", "finetune")
"""The strategies that a lone model is pointed to."""


class Catalogue(Protocol):
    """The part of a registry that an assembly needs."""

    def names(self, kind: str) -> list[str]:
        """The names of a kind."""

    def noun(self, kind: str) -> str:
        """The kind in the singular."""

    def signature(self, kind: str, name: str) -> Signature:
        """The options of a name; imports its module if necessary."""

    def static_signature(self, kind: str, name: str) -> Signature | None:
        """The options of a name, if they are known without an import."""

    def factory(self, kind: str, name: str) -> Any:
        """The class or function that builds it."""


class Assembly:
    """An expression whose names are known, and whose options are checked as far as possible without an import.

    The module of a third-party plugin may hang or crash on import, so it is imported only by the process that builds.

    expression: parsed; its text is canonical
    parts: (kind, name) of everything to build, the outermost first

    Raises:
        UsageError: the text is not an expression, or an argument is missing or superfluous.
        UnknownName: a name or an option is unknown.
    """

    def __init__(self, catalogue: Catalogue, kind: str, text: str) -> None:
        self.expression = parse(text)
        self._catalogue = catalogue
        self._text = text
        self._kinds = {one.name: self._kind_within(kind, one.name) for one in self.expression.nested()}
        self.parts = [(kind, self.expression.name)]
        self.parts += [(self._kinds[one.name], one.name) for one in self.expression.nested()]
        if self.expression.name not in catalogue.names(kind):
            raise self._not_found(kind)
        for (part, name), one in self._each():
            if signature := catalogue.static_signature(part, name):
                self._check_arguments(signature, one)

    def build(self) -> Any:
        """The object; nested calls are built first."""
        for (part, name), one in self._each():
            self._check_arguments(self._catalogue.signature(part, name), one)
        return self._build(self.parts[0][0], self.expression)

    def _not_found(self, kind: str) -> UsageError:
        """The error for an outermost name that is not of the kind: a model alone is not a strategy."""
        name, catalogue = self.expression.name, self._catalogue
        if kind == "strategies" and name in catalogue.names("models"):
            written = [f"{one}({self.expression})" for one in _OVER_MODELS if one in catalogue.names(kind)]
            remedy = f"write {', '.join(written)} …" if written else "give it to a strategy: freshmark list strategies"
            return UsageError(f"{name} is a model", where=f"-s {self._text!r}", remedy=remedy, code="FM101")
        where = "" if self._text == name else self._text
        return UnknownName(catalogue.noun(kind), name, catalogue.names(kind), where=where, offered=True)

    def _kind_within(self, kind: str, name: str) -> str:
        within = WITHIN.get(kind, (kind,))
        for candidate in within:
            if name in self._catalogue.names(candidate):
                return candidate
        known = [name for candidate in within for name in self._catalogue.names(candidate)]
        *others, last = (self._catalogue.noun(one) for one in within)
        noun = f"{', '.join(others)} or {last}" if others else last
        raise UnknownName(noun, name, known, where=self._text, offered=True)

    def _each(self) -> Iterator[tuple[tuple[str, str], Expression]]:
        return zip(self.parts, [self.expression, *self.expression.nested()], strict=True)

    def _check_arguments(self, signature: Signature, expression: Expression) -> None:
        _check_options(expression, signature.parameters.values(), self._text)
        try:
            bound = signature.bind(*expression.args, **dict(expression.options))
        except TypeError as error:
            remedy = f"it is {expression.name}{signature}"
            raise UsageError(f"{expression.name!r}: {error}", where=self._text, remedy=remedy, code="FM106") from error
        for option, value in bound.arguments.items():
            parameter = signature.parameters[option]
            if isinstance(value, Expression) and note_of(parameter) in ("Model", "Model | None"):
                self._check_model(value, expression)
            elif parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) and not fits(value, parameter):
                raise UsageError(
                    f"{option}={value!r} of {expression.name} is of type {type(value).__name__}",
                    where=self._text,
                    remedy=f"a value of type {note_of(parameter)}",
                    code="FM106",
                )

    def _check_model(self, value: Expression, expression: Expression) -> None:
        kind = self._kinds[value.name]
        if kind != "models":
            raise UsageError(
                f"{value.name} is a {self._catalogue.noun(kind)}; {expression.name} wants a model",
                where=self._text,
                remedy="freshmark list models",
                code="FM106",
            )

    def _build(self, kind: str, expression: Expression) -> Any:
        def built(value: Value) -> Any:
            if isinstance(value, Expression):
                return self._build(self._kinds[value.name], value)
            return type(value)(built(one) for one in value) if isinstance(value, list | tuple) else value

        factory: Callable[..., Any] = self._catalogue.factory(kind, expression.name)
        options = {name: built(value) for name, value in expression.options}
        return factory(*(built(value) for value in expression.args), **options)


def _check_options(expression: Expression, parameters: Iterable[Parameter], text: str) -> None:
    named = {one.name for one in parameters if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)}
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return
    for option, _ in expression.options:
        if option not in named:
            raise UnknownName(f"option of {expression.name!r} is called", option, named, where=text)
