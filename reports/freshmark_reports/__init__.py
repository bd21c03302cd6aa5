"""The report: page, figures, sections. Found by entry point, like anyone's plugin."""

from __future__ import annotations

from collections.abc import Mapping

from freshmark import hookimpl

SECTIONS = (
    "ranking",
    "tradeoff",
    "over_time",
    "recovery",
    "schedules",
    "staleness",
    "slowness",
    "learning",
    "segments",
    "arrivals",
    "latency",
    "memory",
    "significance",
    "failures",
    "cells",
    "provenance",
)


@hookimpl
def register_sections() -> Mapping[str, str]:
    """The built-in sections, in the order of the page; each is a module of its own."""
    return {name.replace("_", "-"): f"freshmark_reports.sections.{name}:section" for name in SECTIONS}


@hookimpl
def register_reports() -> Mapping[str, str]:
    """The forms of the built-in report."""
    return {form: f"freshmark_reports.{form}:write" for form in ("html", "markdown", "csv")}
