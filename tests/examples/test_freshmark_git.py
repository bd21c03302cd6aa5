"""git() of the example plugin: a made-up history becomes the right stream, without addresses and without execution."""

from __future__ import annotations

import os
import subprocess
from functools import partial
from pathlib import Path

import pytest
from freshmark.cli import main
from freshmark.errors import DataError, UsageError

PLUGIN = "plugins/freshmark-git/freshmark_git.py"
ANN = ("Ann Lee", "ann@example.org")
BOB = ("Bob Ray", "bob@example.org")


@pytest.fixture(scope="module")
def git(example):
    return example(PLUGIN).git


def run(place: Path, *words: str, who: tuple[str, str] = ANN, at: int = 1_400_000_000) -> str:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    for role in ("AUTHOR", "COMMITTER"):
        plain |= {f"GIT_{role}_NAME": who[0], f"GIT_{role}_EMAIL": who[1], f"GIT_{role}_DATE": f"{at} +0200"}
    plain |= {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    return subprocess.run(["git", *words], cwd=place, env=plain, check=True, capture_output=True, text=True).stdout


def commit(place: Path, *files: str, who: tuple[str, str] = ANN, at: int) -> None:
    for name in files:
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{at}")
    run(place, "add", "-A")
    run(place, "commit", "-q", "-m", f"change at {at}", who=who, at=at)


def history(place: Path) -> Path:
    run(place, "init", "-q", "-b", "main")
    commit(place, "a.py", "docs/b.md", at=1_400_000_000)
    commit(place, "a.py", who=BOB, at=1_400_000_100)
    commit(place, "a file\twith ümläuts.txt", who=BOB, at=1_400_000_200)
    return place


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """A clone that no test changes."""
    return history(tmp_path_factory.mktemp("known"))


@pytest.fixture
def clone(tmp_path):
    """A clone of one's own."""
    place = tmp_path / "clone"
    place.mkdir()
    return history(place)


@pytest.fixture(scope="module")
def rows(git):
    """(user, item, second) of every event."""

    def read(place: Path, **told: str) -> list[tuple[str, str, int]]:
        stream = git(place, **told).load()
        users, items = ([names[code] for code in codes] for names, codes in
                        ((stream.users, stream.user), (stream.items, stream.item)))  # fmt: skip
        return list(zip(users, items, (stream.time // 1_000_000).tolist(), strict=True))

    return read


def test_an_event_is_an_author_and_a_file_of_a_commit(known, rows, git):
    events = rows(known)
    ann, bob = events[0][0], events[-1][0]
    assert events == [
        (ann, "a.py", 1_400_000_000),
        (ann, "docs/b.md", 1_400_000_000),
        (bob, "a.py", 1_400_000_100),
        (bob, "a file\twith ümläuts.txt", 1_400_000_200),
    ]
    stream = git(known).load()
    assert (stream.task, stream.repeats, stream.name) == ("rank", True, f"git {known.name}")
    assert rows(known, who="committer") == events
    assert [item for _, item, _ in rows(known / "docs")] == ["docs/b.md"]


def test_addresses_are_hashed_and_a_salt_changes_the_hash(known, git):
    stream, salted = git(known).load(), git(known, salt="secret")
    assert all(len(name) == 12 and set(name) <= set("0123456789abcdef") for name in stream.users)
    text = " ".join([*stream.users, *stream.items, *stream.about.values(), stream.name])
    assert not any(word in text for word in (*ANN, *BOB))
    assert not set(salted.load().users) & set(stream.users)


def test_keys_differ_by_commit_folder_branch_and_salt_alone(clone, git, rows):
    run(clone, "tag", "v1", "HEAD~1")
    assert (len(rows(clone, branch="v1")), len(rows(clone, branch="v1..main"))) == (3, 1)
    before = git(clone).key
    assert len({before, git(clone, branch="v1").key, git(clone / "docs").key, git(clone, salt="x").key}) == 4
    (clone / "a.py").write_text("not committed")
    assert git(clone).key == before
    commit(clone, "c.py", who=("A. Lee", " ANN@example.org"), at=1_400_000_300)
    assert git(clone).key != before
    assert len(git(clone).load().users) == 2  # an address in capitals is the same person
    (clone / ".mailmap").write_text("Ann Lee <ann@example.org> <bob@example.org>\n")
    assert len(git(clone).load().users) == 1


def test_merges_do_not_count_and_a_renamed_file_is_a_new_item(clone, rows):
    run(clone, "checkout", "-q", "-b", "side", "HEAD~1")
    commit(clone, "side.py", at=1_400_000_150)
    run(clone, "checkout", "-q", "main")
    run(clone, "merge", "-q", "--no-ff", "side", "-m", "merge", at=1_400_000_250)
    assert [time - 1_400_000_000 for _, _, time in rows(clone)] == [0, 0, 100, 150, 200]
    run(clone, "mv", "a.py", "z.py")
    run(clone, "commit", "-q", "-m", "rename", at=1_400_000_400)
    assert [item for _, item, time in rows(clone) if time == 1_400_000_400] == ["a.py", "z.py"]


def test_what_is_not_a_clone_or_a_branch_is_refused(tmp_path, known, git, monkeypatch):
    (tmp_path / "empty").mkdir()
    run(tmp_path / "empty", "init", "-q")
    for build in (partial(git, tmp_path), partial(git, known, branch="nowhere"), partial(git, tmp_path / "empty")):
        with pytest.raises(DataError, match="git refuses") as caught:
            build()
        assert (caught.value.code, caught.value.exit_code) == ("FM225", 3)
    for wrong in ({"who": "signer"}, *({"branch": branch} for branch in ("", "--output=evil", "-p", "a\0b"))):
        with pytest.raises(UsageError, match=next(iter(wrong))):
            git(known, **wrong)
    monkeypatch.setenv("PATH", str(known))
    with pytest.raises(DataError) as caught:
        git(known)
    assert caught.value.remedy == "install git"


def test_a_repository_cannot_make_git_execute_anything(clone, tmp_path, rows):
    mark, program = tmp_path / "mark", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n")
    program.chmod(0o755)
    for name in ("core.pager", "core.fsmonitor", "diff.external", "gpg.program", "core.sshCommand", "core.editor"):
        run(clone, "config", name, str(program))
    run(clone, "config", "log.showSignature", "true")
    run(clone, "config", "diff.x.textconv", str(program))
    (clone / ".gitattributes").write_text("* diff=x\n")
    head, _, message = run(clone, "cat-file", "commit", "HEAD").partition("\n\n")
    seal = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----"
    (tmp_path / "signed").write_text(f"{head}\n{seal}\n\n{message}")
    mark.unlink(missing_ok=True)
    signed = run(clone, "hash-object", "-t", "commit", "-w", str(tmp_path / "signed")).strip()
    run(clone, "update-ref", "HEAD", signed)
    mark.unlink(missing_ok=True)
    assert len(rows(clone)) == 4
    assert not mark.exists()
    run(clone, "log")
    assert mark.exists()  # so the program would have run


def test_variables_of_a_hook_do_not_point_it_to_another_repository(known, tmp_path, monkeypatch, rows):
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    assert len(rows(known)) == 4


@pytest.mark.parametrize("plugin", [[], ["--plugin", PLUGIN]])
def test_the_command_line_knows_it_with_the_plugin_and_else_says_where_it_is(known, capsys, plugin):
    options = [str(Path(__file__).parents[2] / "examples" / word) if word == PLUGIN else word for word in plugin]
    with pytest.raises(SystemExit) as left:
        main(["data", "describe", f"git('{known}')", *options])
    shown = capsys.readouterr()
    assert left.value.code == (0 if plugin else 2)
    assert ("4" in shown.out) if plugin else ("pip install ./examples/plugins/freshmark-git" in shown.err)
