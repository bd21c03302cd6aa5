"""Writes the parts of the documentation that come from the code: cli.md, errors.md and the table in streams.md.

python docs/generate.py            writes them
python docs/generate.py --check    exits with 1 where one is out of date
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from freshmark.cli import Commands, app
from freshmark.commands.codes import EXPLANATIONS
from freshmark_datasets.published import Entry
from freshmark_datasets.published.entries import ENTRIES
from typer.testing import CliRunner

DOCS = Path(__file__).parent
REMARK = "<!-- Written by docs/generate.py. -->\n\n"


def pages() -> dict[Path, str]:
    """Path → text of every generated page."""
    return {
        DOCS / "cli.md": cli_page(),
        DOCS / "errors.md": errors_page(),
        DOCS / "streams.md": streams_page((DOCS / "streams.md").read_text("utf-8")),
    }


def cli_page() -> str:
    """The help of every built-in command."""
    Commands.ask_plugins = False  # other installed plugins are not part of the documentation
    parts = [REMARK, "# The command line\n"]
    for path in ([], *paths(typer.main.get_group(app))):
        name = " ".join(["freshmark", *path])
        result = CliRunner().invoke(app, [*path, "--help"], prog_name="freshmark", env={"COLUMNS": "100"})
        if result.exit_code:
            raise RuntimeError(f"{name} --help: {result.output}")
        parts.append(f"\n## {name}\n\n```\n{result.output.strip()}\n```\n")
    return "".join(parts)


def paths(group: Any) -> Iterator[list[str]]:
    """The words that lead to every command below a group."""
    for name, command in group.commands.items():
        yield [name]
        if hasattr(command, "commands"):
            yield from ([name, *rest] for rest in paths(command))


def errors_page() -> str:
    """Every error code."""
    parts = [REMARK, "# Error codes\n\n`freshmark show FM101` prints the entry of a code.\n"]
    for code, explanation in EXPLANATIONS.items():
        parts.append(f"\n## {code}: {explanation.title}\n\n{explanation.why}\n\nWhat to do: {explanation.remedy}\n")
    return "".join(parts)


def streams_page(text: str) -> str:
    """The page with its table of published streams written anew."""
    begin, end = "<!-- entries -->\n", "<!-- end of entries -->"
    before, _, rest = text.partition(begin)
    lines = ["| name | what | task | size | times | licence | pass on | checked |", "|---|---|---|---|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in sorted(entry_rows())]
    return "".join([before, begin, "\n".join(lines), "\n", end, rest.partition(end)[2]])


def entry_rows() -> Iterator[list[str]]:
    """A row for each entry."""
    for entry in ENTRIES.values():
        parts = [f"{len(entry.parts)} {entry.parts_called}s"] if len(entry.parts) > 1 else []
        size = entry.parts[0].extent and f"{entry.parts[0].name}: {entry.parts[0].extent}"
        by_hand = f" Fetched by hand: {entry.by_hand}." if entry.by_hand else ""
        about = entry.about.partition(": ")[2] or entry.about
        yield [
            f"`{entry.name}`",
            about[0].upper() + about[1:],
            entry.options.task,
            "; ".join([*parts, *([size] if size else [])]),
            entry.granularity,
            f"[{entry.licence.name}]({entry.licence.read_more})",
            redistribution(entry),
            f"{entry.checked}.{by_hand}",
        ]


def redistribution(entry: Entry) -> str:
    """Whether the files may be passed on, and which are exceptions."""
    words = {True: "yes", False: "no", None: "not stated"}
    usual = entry.licence.may_pass_on
    others = [part.name for part in entry.parts if entry.licence_of(part).may_pass_on != usual]
    return words[usual] + (f", except {' and '.join(others)}" if others else "")


def main() -> int:
    """Write, or check; gives the exit code."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if "--check" in sys.argv:
            print(f"{path.name} is out of date: python docs/generate.py")
        else:
            path.write_text(pages()[path], "utf-8")
    return int("--check" in sys.argv and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
