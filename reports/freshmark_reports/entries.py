"""How each kind of table entry is formatted and sorted."""

from __future__ import annotations

import math
import re
import unicodedata
from urllib.parse import unquote

from freshmark import Entry, Kind, Link, Value
from freshmark.reporting import format_bytes, format_number, format_seconds, redact, with_margin
from markupsafe import Markup

MISSING = "–"

_BESIDE = re.compile(r"[\w.%-]+(/[\w.%-]+)*", re.ASCII)
_BREAKS = re.compile(r"(?<=[(,])(?=[^ )])")
_PICTURES = 0x2400
_KEPT = "\n\t"


def visible(text: str) -> str:
    """The text with control and bidirectional characters made visible, and the home folder as ``~``."""
    text = redact(text)
    if text.isprintable():
        return text
    return "".join(_sign(one) if unicodedata.category(one) in ("Cc", "Cf", "Cs") else one for one in text)


def _sign(one: str) -> str:
    if one in _KEPT:
        return one
    code = ord(one)
    return chr(_PICTURES + code) if code < 0x20 else f"⟨U+{code:04X}⟩"  # noqa: PLR2004  (C0 has pictures)


def written(entry: Entry, kind: Kind = "text") -> str:
    """The entry as people read it; – if it is missing."""
    if isinstance(entry, Link):
        return visible(entry.text)
    if isinstance(entry, Value):
        if kind == "number" and math.isfinite(entry.margin):
            return with_margin(entry.value, entry.margin)
        entry = entry.value
    if entry is None or (isinstance(entry, float) and math.isnan(entry)):
        return MISSING
    if isinstance(entry, str):
        return visible(entry)
    return _number(float(entry), kind)


def _number(value: float, kind: Kind) -> str:
    if kind == "seconds":
        return format_seconds(value)
    if kind == "bytes":
        return format_bytes(value)
    if kind == "count" and math.isfinite(value):
        return f"{value:,.0f}" if abs(value - round(value)) < 0.05 else f"{value:,.1f}"  # noqa: PLR2004
    if kind == "share" and math.isfinite(value):
        return f"{100 * value:.1f}\u00a0%".replace("-", "−")
    # Four decimals are enough to compare strategies.
    return f"{value:.4f}".replace("-", "−") if 5e-5 <= abs(value) < 0.01 else format_number(value)  # noqa: PLR2004


def plain(entry: Entry) -> str | int | float | None:
    """The entry for machines: full precision, None if it is missing."""
    if isinstance(entry, Link):
        return entry.text
    if isinstance(entry, Value):
        entry = entry.value
    return None if isinstance(entry, float) and math.isnan(entry) else entry


def target(entry: Entry) -> str:
    """The target of a link: a path next to the page. Links with a scheme, a host or a root are dropped."""
    # A browser takes %2e for a dot.
    if not isinstance(entry, Link) or not _BESIDE.fullmatch(entry.target) or ".." in unquote(entry.target).split("/"):
        return ""
    return entry.target


def texts(row: tuple[Entry, ...]) -> list[str]:
    """The entries that are plain text."""
    return [entry for entry in row if isinstance(entry, str)]


def breakable(text: str) -> Markup:
    """The text, which a narrow column may break after an opening bracket or a comma only."""
    return Markup("<wbr>").join(_BREAKS.split(text))


def exact(entry: Entry, full: bool) -> dict[str, str]:  # noqa: FBT001  (a filter of templates)
    """The number and its margin for sorting and downloads, as attributes; to six digits where not ``full``."""
    number, margin = plain(entry), entry.margin if isinstance(entry, Value) else math.nan
    if number is None or isinstance(number, str):
        return {"data-sort": "" if number is None else number}
    digits = repr if full else "{:.6g}".format
    about = {"data-sort": digits(float(number))}
    return about | ({"data-margin": digits(margin)} if math.isfinite(margin) else {})


def notes(rows: tuple[tuple[Entry, ...], ...]) -> list[str]:
    """The notes of a table's entries, each once, in order."""
    texts = (entry.note for row in rows for entry in row if isinstance(entry, Value) and entry.note)
    return list(dict.fromkeys(texts))
