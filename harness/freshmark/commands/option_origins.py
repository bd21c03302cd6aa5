"""Where the value of a shared option comes from: it is given, or the strategy's own, or that of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from freshmark.runs.catalogue.expressions import Expression
    from freshmark.runs.catalogue.registry import Registry


def shared_options(registry: Registry, kind: str, text: str) -> list[str]:
    """The options that a name or an expression shares with others: value, origin and meaning, a line each.

    Raises:
        UsageError: the expression is invalid.
    """
    notes = registry.option_notes(kind, text.partition("(")[0].strip())
    if not notes:
        return []
    from freshmark.runs.catalogue.expressions import parse  # noqa: PLC0415  (only for names that share options)

    expression = registry.assembly(kind, text).expression if "(" in text else parse(text)
    names = [name for name in registry.signature(kind, expression.name).parameters if name in notes]
    return [f"{name} = {_origin(registry, kind, expression, name)}: {notes[name]}" for name in names]


def _origin(registry: Registry, kind: str, expression: Expression, option: str) -> str:
    """The value of the option in an expression, and where it comes from."""
    from freshmark.runs.catalogue.expressions import Expression  # noqa: PLC0415
    from freshmark.runs.catalogue.static_signatures import OfModel  # noqa: PLC0415

    signature = registry.signature(kind, expression.name)
    given: dict[str, Any] = signature.bind_partial(*expression.args, **dict(expression.options)).arguments
    if option in given:
        return f"{given[option]!r}, given to {expression.name}"
    default, model = signature.parameters[option].default, given.get("model")
    if not isinstance(default, OfModel):
        return f"{default!r}, of {expression.name}"
    if isinstance(model, Expression) and option in registry.signature("models", model.name).parameters:
        return _origin(registry, "models", model, option)
    return str(default)
