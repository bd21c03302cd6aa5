"""A griffe extension: lines ``name: meaning`` in the docstring of a class become its list of attributes.

In the source they are a plain paragraph, which a reader sees aligned; in HTML its lines would run together.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Any

import griffe

FIELD = re.compile(r"[a-z_]+(, [a-z_]+)*: ")


class Fields(griffe.Extension):
    """Rewrites docstrings as they are collected."""

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        """Give a paragraph of fields the heading that the Google style has for it."""
        if cls.docstring is not None:
            cls.docstring.value = "\n\n".join(map(with_heading, cls.docstring.value.split("\n\n")))


def with_heading(paragraph: str) -> str:
    """The paragraph, its first lines as a section ``Attributes:`` if they are fields."""
    lines = paragraph.splitlines()
    fields = list(takewhile(lambda line: FIELD.match(line) or line.startswith(" "), lines))
    if not fields or not FIELD.match(fields[0]):
        return paragraph
    section = "Attributes:\n" + "\n".join(f"    {line}" for line in fields)
    return "\n\n".join([section, *filter(None, ["\n".join(lines[len(fields) :])])])
