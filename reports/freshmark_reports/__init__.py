"""The report: page, figures, sections. Found by entry point, like anyone's plugin."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from pkgutil import iter_modules

from freshmark import hookimpl


@hookimpl
def register_sections() -> Mapping[str, str]:
    """Every module of ``sections`` is a section; each says its own position."""
    names = [module.name for module in iter_modules([str(Path(__file__).parent / "sections")])]
    return {name.replace("_", "-"): f"freshmark_reports.sections.{name}:section" for name in names}


@hookimpl
def register_reports() -> Mapping[str, str]:
    """The formats of the built-in report."""
    return {form: f"freshmark_reports.{form}:write" for form in ("html", "markdown", "csv")}
