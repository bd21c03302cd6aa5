"""git(): who changed which file of a repository when; a stream that drifts, and that every developer has."""

from __future__ import annotations

import hashlib
import os
import subprocess
from functools import partial
from pathlib import Path

from freshmark import SECOND, DataError, Source, Stream, UsageError, stream_of

VERSION = 1
SECONDS = 600
"""How long git may take."""
RECORD = "\x01"
DIGITS = 12
"""Of the hash that stands for an address: 48 bits tell a million people apart."""
IDENTITIES = {"author": "%aE", "committer": "%cE"}
MOMENTS = {"author": "%at", "committer": "%ct"}


def git(path: str | Path = ".", *, branch: str = "HEAD", who: str = "author", salt: str = "") -> Source:
    """The history of a local git repository: an event for each author and file of a commit.

    Users are authors, told apart by the hash of their e-mail address (``.mailmap`` counts, names and addresses are
    not kept). Items are paths; a file that was renamed is another item from there on. All files of a commit are a tie;
    merge commits do not count.

    Args:
        path: a clone, or a folder within one; then only what lies in it counts.
        branch: a branch, tag, commit or range.
        who: author or committer; theirs is the time, too.
        salt: a secret that goes into the hash, so that nobody can tell an address by trying.
    """
    if who not in IDENTITIES:
        raise UsageError(f"who={who!r}", where="who", remedy="author or committer")
    if not branch or branch.startswith("-") or "\0" in branch:
        raise UsageError(f"branch={branch!r}", where="branch", remedy="a branch, a tag, a commit or a range")
    place = Path(path).expanduser()
    tips = _asked(place, "rev-parse", branch)
    prefix = _asked(place, "rev-parse", "--show-prefix")
    told = repr((VERSION, tips, prefix, who, salt))
    return Source(hashlib.sha256(told.encode()).hexdigest(), partial(_load, place, branch, who, salt))


def _load(place: Path, branch: str, who: str, salt: str) -> Stream:
    shown = f"--format={RECORD}{MOMENTS[who]} {IDENTITIES[who]}%x00"
    what = ["--no-merges", "--reverse", "--no-renames", "--name-only", "-z", shown]
    text = _asked(place, "log", *what, "--end-of-options", branch, "--", ".")
    times, users, items = _events(text, salt)
    if not times:
        raise DataError("no commit changes a file here", where=f"{place} {branch}", code="FM201")
    import numpy as np  # noqa: PLC0415  (a key needs none)

    return stream_of(
        name=f"git {place.resolve().name}",
        task="rank",
        time=np.array(times, np.int64) * SECOND,
        user=np.array(users, object),
        item=np.array(items, object),
        repeats=True,
        about={
            "source": f"the history of {place.resolve().name}, {branch}",
            "users": f"{who}s, by a hash of their address{' with a salt' if salt else ''}",
            "time": f"the {who}'s, seconds counted from 1970",
            "resolution": "1 second",
            "licence": "facts; that of the repository for what is in it",
        },
    )


def _events(text: str, salt: str) -> tuple[list[int], list[str], list[str]]:
    """Times, users and items, a row for each file of each commit, oldest commit first."""
    times: list[int] = []
    users: list[str] = []
    items: list[str] = []
    for commit in text.split(RECORD)[1:]:
        head, *files = commit.split("\0")
        moment, _, address = head.partition(" ")
        user = _hashed(address, salt)
        for file in filter(None, (one.lstrip("\n") for one in files)):
            times.append(max(int(moment), 0))  # a clock that was wrong may stand before 1970
            users.append(user)
            items.append(file)
    return times, users, items


def _hashed(address: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}\0{address.strip().lower()}".encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def _asked(place: Path, *words: str) -> str:
    """What git says; the repository's own settings cannot make it run anything.

    Raises:
        DataError: there is no git, or it refuses.
    """
    quiet = ["-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "log.showSignature=false"]
    try:
        done = subprocess.run(  # noqa: S603  (a list of words, no shell)
            ["git", "--no-pager", "-C", str(place), *quiet, *words],  # noqa: S607  (the user's own git)
            capture_output=True,
            check=False,
            timeout=SECONDS,
            env=_environment(),
            stdin=subprocess.DEVNULL,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise DataError(f"git cannot be run: {error}", where=str(place), remedy="install git", code="FM225") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise DataError(
            f"git refuses: {said[0][:200] if said else f'exit {done.returncode}'}",
            where=str(place),
            remedy="the path of a clone, and a branch that it has",
            code="FM225",
        )
    return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")


def _environment() -> dict[str, str]:
    """Without what would point git to another repository, let it fetch, write or ask."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return plain | {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
