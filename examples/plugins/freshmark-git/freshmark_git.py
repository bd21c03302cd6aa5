"""git(): who changed which file of a repository, and when; a stream that drifts and that every developer has."""

from __future__ import annotations

import hashlib
import os
import subprocess
from functools import partial
from pathlib import Path

import numpy as np
from freshmark import SECOND, DataError, Source, Stream, UsageError, hookimpl, stream_of

VERSION = 1
TIMEOUT = 600  # seconds
RECORD = "\x01"
DIGITS = 12  # of the hash of an address: 48 bits distinguish a million people
ADDRESS = {"author": "%aE", "committer": "%cE"}
TIME = {"author": "%at", "committer": "%ct"}


@hookimpl
def register_datasets():
    return {"git": git}


def git(path: str | Path = ".", *, branch: str = "HEAD", who: str = "author", salt: str = "") -> Source:
    """The history of a local git repository: one event for each author and file of a commit.

    Users are authors, identified by the hash of their e-mail address (``.mailmap`` applies; names and addresses are
    not stored). Items are paths; a renamed file is a new item. All files of a commit are a tie; merge commits do not
    count.

    Args:
        path: a clone, or a folder within one; then only what lies in it counts.
        branch: a branch, tag, commit or range.
        who: author or committer; the time is theirs too.
        salt: a secret that is hashed as well, so that nobody can find an address by trying.
    """
    if who not in ADDRESS:
        raise UsageError(f"who={who!r}", where="who", remedy="author or committer")
    if not branch or branch.startswith("-") or "\0" in branch:  # an option for git, not a revision
        raise UsageError(f"branch={branch!r}", where="branch", remedy="a branch, a tag, a commit or a range")
    folder = Path(path).expanduser()
    tips = _run(folder, "rev-parse", branch)
    prefix = _run(folder, "rev-parse", "--show-prefix")
    key = repr((VERSION, tips, prefix, who, salt))
    return Source(hashlib.sha256(key.encode()).hexdigest(), partial(_load, folder, branch, who, salt))


def _load(folder: Path, branch: str, who: str, salt: str) -> Stream:
    options = ["--no-merges", "--reverse", "--no-renames", "--name-only", "-z"]
    form = f"--format={RECORD}{TIME[who]} {ADDRESS[who]}%x00"
    log = _run(folder, "log", *options, form, "--end-of-options", branch, "--", ".")
    times, users, items = _events(log, salt)
    if not times:
        raise DataError("no commit changes a file here", where=f"{folder} {branch}", code="FM201")
    return stream_of(
        name=f"git {folder.resolve().name}",
        task="rank",
        time=np.array(times, np.int64) * SECOND,
        user=np.array(users, object),
        item=np.array(items, object),
        repeats=True,
        about={
            "source": f"the history of {folder.resolve().name}, {branch}",
            "users": f"{who}s, by a hash of their address{' with a salt' if salt else ''}",
            "time": f"the {who}'s, seconds counted from 1970",
            "resolution": "1 second",
            "licence": "facts; the repository's own licence for its content",
        },
    )


def _events(log: str, salt: str) -> tuple[list[int], list[str], list[str]]:
    """Times, users and items: a row for each file of each commit, oldest commit first."""
    times: list[int] = []
    users: list[str] = []
    items: list[str] = []
    for commit in log.split(RECORD)[1:]:
        head, *files = commit.split("\0")
        time, _, address = head.partition(" ")
        user = _hash(address, salt)
        for file in filter(None, (name.lstrip("\n") for name in files)):
            times.append(max(int(time), 0))  # a clock that was wrong may say a time before 1970
            users.append(user)
            items.append(file)
    return times, users, items


def _hash(address: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}\0{address.strip().lower()}".encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def _run(folder: Path, *words: str) -> str:
    """The output of git; settings of the repository cannot make it execute anything.

    Raises:
        DataError: git is not installed, or refuses.
    """
    safe = ["-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "log.showSignature=false"]
    try:
        process = subprocess.run(
            ["git", "--no-pager", "-C", str(folder), *safe, *words],  # noqa: S607  (the user's own git)
            capture_output=True,
            check=False,
            timeout=TIMEOUT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise DataError(f"git cannot be run: {error}", where=str(folder), remedy="install git", code="FM225") from error
    if process.returncode:
        lines = process.stderr.decode("utf-8", "replace").strip().splitlines()
        raise DataError(
            f"git refuses: {lines[0][:200] if lines else f'exit {process.returncode}'}",
            where=str(folder),
            remedy="the path of a clone, and a branch that it has",
            code="FM225",
        )
    return process.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")


def _environment() -> dict[str, str]:
    """Without variables that point git to another repository, or let it fetch, write or ask."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return plain | {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
