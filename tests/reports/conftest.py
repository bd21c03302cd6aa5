"""Made-up runs, and the page drawn from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from freshmark import Results
from freshmark.results.plugins import imported
from freshmark_reports import register_sections

HOSTILE = (
    "</script><script>document.documentElement.dataset.pwn=1</script>",
    "<img src=x onerror='document.documentElement.dataset.pwn=1'>",
    '"><svg onload="document.documentElement.dataset.pwn=1">',
    "' onmouseover='document.documentElement.dataset.pwn=1",
    "javascript:document.documentElement.dataset.pwn=1",
    "{{7*7}}{% raw %}",
    "${x}",
    r"$\frac{$ a$b$",
    "<!-- -->",
    "]]>",
    "line\u2028separator",
    "&lt;b&gt; &amp;amp;",
    "_leading underscore",
    "=cmd|'/c calc'!A1",
)
"""Names that a page must show as they are, and never obey."""


@pytest.fixture(scope="session")
def sections() -> Mapping[str, Any]:
    """The built-in sections, whatever else is installed."""
    return {name: imported(place) for name, place in register_sections().items()}


@pytest.fixture
def made(fabricated, tmp_path) -> Callable[..., Results]:
    """Results of a made-up run."""

    def make(*arguments: Any, **options: Any) -> Results:
        return Results.open(fabricated.fabricate(tmp_path / "run", *arguments, **options), metrics={})

    return make


@pytest.fixture(scope="session")
def usual(fabricated, tmp_path_factory) -> Results:
    """Four strategies at three schedules, three seeds, one cell that failed; drifts and an oracle."""
    begin = 1_600_000_000_000_000
    drifts = [
        {"begin": begin + 40 * fabricated.HOUR, "end": begin + 40 * fabricated.HOUR, "kind": "sudden", "n_users": 9},
        {"begin": begin + 90 * fabricated.HOUR, "end": begin + 99 * fabricated.HOUR, "kind": "gradual", "n_items": 4},
        {"begin": begin - 90 * fabricated.HOUR, "end": begin - 80 * fabricated.HOUR, "kind": "too early"},
    ]
    boom = fabricated.MadeCell(
        "boom()", status="failed", reason="ValueError: no", code="FM310", log_tail="Traceback:\n  mine.py, line 3\n"
    )
    cells = [*fabricated.usual_cells(seeds=3), boom]
    folder = tmp_path_factory.mktemp("usual") / "run"
    return Results.open(fabricated.fabricate(folder, cells, [fabricated.MadeStream(drifts=drifts)]), metrics={})


@pytest.fixture(scope="session")
def hostile(fabricated, tmp_path_factory) -> Results:
    """Every hostile text as strategy, stream, reason, log, fact and provenance."""
    cells = [
        fabricated.MadeCell(
            text,
            "1d",
            0.1 + place / 40,
            status="ok" if place % 3 else "failed",
            reason=text,
            log_tail=text,
        )
        for place, text in enumerate(HOSTILE)
    ]
    drifts = [{"begin": 1_600_000_100_000_000, "end": 1_600_000_200_000_000, "kind": HOSTILE[2]}]
    about = {f"fact {place}": text for place, text in enumerate(HOSTILE)}
    stream = fabricated.MadeStream(" and ".join(HOSTILE), drifts=drifts, about=about)
    folder = tmp_path_factory.mktemp("hostile") / "run"
    provenance = {f"name {place}": text for place, text in enumerate(HOSTILE)}
    return Results.open(fabricated.fabricate(folder, cells, [stream], provenance), metrics={})
