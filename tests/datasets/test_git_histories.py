"""git(): a made-up history is the stream that it should be, and tells nobody's address."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from freshmark.errors import DataError, UsageError
from freshmark_datasets.logs.git import DIGITS, git

ANN = ("Ann Lee", "ann@example.org")
BOB = ("Bob Ray", "bob@example.org")


def run(place: Path, *words: str, who: tuple[str, str] = ANN, at: int = 1_400_000_000) -> None:
    names = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in zip(("NAME", "EMAIL"), who, strict=True)
    }
    dates = {f"GIT_{role}_DATE": f"{at} +0200" for role in ("AUTHOR", "COMMITTER")}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = plain | names | dates | {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    subprocess.run(["git", *words], cwd=place, env=environment, check=True, capture_output=True)


def asked(place: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=place, check=True, capture_output=True, text=True).stdout.strip()


def commit(place: Path, *files: str, who: tuple[str, str] = ANN, at: int) -> None:
    for name in files:
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{at}")
    run(place, "add", "-A")
    run(place, "commit", "-q", "-m", f"change at {at}", who=who, at=at)


@pytest.fixture
def clone(tmp_path):
    place = tmp_path / "clone"
    place.mkdir()
    run(place, "init", "-q", "-b", "main")
    commit(place, "a.py", "docs/b.md", at=1_400_000_000)
    commit(place, "a.py", who=BOB, at=1_400_000_100)
    commit(place, "a file\twith ümläuts.txt", who=BOB, at=1_400_000_200)
    return place


def rows(place: Path | str, **told: str) -> list[tuple[str, str, int]]:
    stream = git(place, **told).load()
    users = [stream.users[code] for code in stream.user]
    items = [stream.items[code] for code in stream.item]
    return list(zip(users, items, (stream.time // 1_000_000).tolist(), strict=True))


def test_an_event_is_an_author_and_a_file_of_a_commit(clone):
    found = rows(clone)
    ann, bob = found[0][0], found[-1][0]
    assert found == [
        (ann, "a.py", 1_400_000_000),
        (ann, "docs/b.md", 1_400_000_000),
        (bob, "a.py", 1_400_000_100),
        (bob, "a file\twith ümläuts.txt", 1_400_000_200),
    ]
    stream = git(clone).load()
    assert (stream.task, stream.repeats, stream.name) == ("rank", True, "git clone")


def test_addresses_are_hashed_and_with_a_salt_otherwise(clone):
    stream = git(clone).load()
    for name in stream.users:
        assert len(name) == DIGITS
        assert set(name) <= set("0123456789abcdef")
    told = " ".join([*stream.users, *stream.items, *stream.about.values(), stream.name])
    for word in (*ANN, *BOB):
        assert word not in told
    salted = git(clone, salt="secret")
    assert not set(salted.load().users) & set(stream.users)
    assert salted.key != git(clone).key


def test_an_address_is_one_person_however_it_is_written(clone):
    commit(clone, "c.py", who=("A. Lee", " ANN@example.org"), at=1_400_000_300)
    assert len(git(clone).load().users) == 2


def test_a_mailmap_counts(clone):
    (clone / ".mailmap").write_text("Ann Lee <ann@example.org> <bob@example.org>\n")
    assert len(git(clone).load().users) == 1


def test_a_folder_within_a_clone_is_its_own_stream(clone):
    assert [item for _, item, _ in rows(clone / "docs")] == ["docs/b.md"]
    assert git(clone / "docs").key != git(clone).key


def test_a_branch_a_tag_and_a_range_can_be_asked_for(clone):
    run(clone, "tag", "v1", "HEAD~1")
    assert len(rows(clone, branch="v1")) == 3
    assert len(rows(clone, branch="v1..main")) == 1
    assert git(clone, branch="v1").key != git(clone).key


def test_merges_do_not_count_and_their_commits_do(clone):
    run(clone, "checkout", "-q", "-b", "side", "HEAD~1")
    commit(clone, "side.py", at=1_400_000_150)
    run(clone, "checkout", "-q", "main")
    run(clone, "merge", "-q", "--no-ff", "side", "-m", "merge", at=1_400_000_250)
    assert [time - 1_400_000_000 for _, _, time in rows(clone)] == [0, 0, 100, 150, 200]


def test_a_rename_is_a_new_item_beside_the_old(clone):
    run(clone, "mv", "a.py", "z.py")
    run(clone, "commit", "-q", "-m", "rename", at=1_400_000_400)
    assert [item for _, item, time in rows(clone) if time == 1_400_000_400] == ["a.py", "z.py"]


def test_a_new_commit_makes_another_stream_and_a_changed_file_does_not(clone):
    before = git(clone).key
    (clone / "a.py").write_text("not committed")
    assert git(clone).key == before
    commit(clone, "d.py", at=1_400_000_500)
    assert git(clone).key != before


def test_the_committer_may_be_asked_for(clone):
    assert rows(clone, who="committer") == rows(clone)
    with pytest.raises(UsageError, match="who='signer'"):
        git(clone, who="signer")


def test_what_is_no_clone_or_no_branch_is_an_error_of_the_data(tmp_path, clone):
    with pytest.raises(DataError, match="git refuses") as caught:
        git(tmp_path)
    assert (caught.value.code, caught.value.exit_code) == ("FM225", 3)
    with pytest.raises(DataError, match="git refuses"):
        git(tmp_path / "none")
    with pytest.raises(DataError, match="git refuses"):
        git(clone, branch="nowhere")
    for branch in ("", "--output=evil", "-p", "a\0b"):
        with pytest.raises(UsageError, match="branch"):
            git(clone, branch=branch)
    empty = tmp_path / "empty"
    empty.mkdir()
    run(empty, "init", "-q")
    with pytest.raises(DataError, match="git refuses"):
        git(empty)


def test_a_repository_cannot_make_git_run_anything(clone, tmp_path):
    mark = tmp_path / "mark"
    for name in ("core.pager", "core.fsmonitor", "diff.external", "gpg.program", "core.sshCommand", "core.editor"):
        run(clone, "config", name, f"touch {mark}")
    run(clone, "config", "log.showSignature", "true")
    run(clone, "config", "diff.x.textconv", f"touch {mark}")
    (clone / ".gitattributes").write_text("* diff=x\n")
    assert len(rows(clone)) == 4
    assert not mark.exists()


def test_a_signature_is_not_checked_by_a_program_of_the_repository(clone, tmp_path):
    mark, program = tmp_path / "mark", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n")
    program.chmod(0o755)
    run(clone, "config", "gpg.program", str(program))
    run(clone, "config", "log.showSignature", "true")
    commit_file = tmp_path / "signed"
    head, _, message = asked(clone, "cat-file", "commit", "HEAD").partition("\n\n")
    seal = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----"
    commit_file.write_text(f"{head}\n{seal}\n\n{message}\n")
    run(clone, "update-ref", "HEAD", asked(clone, "hash-object", "-t", "commit", "-w", str(commit_file)))
    assert len(rows(clone)) == 4
    assert not mark.exists()
    run(clone, "log")
    assert mark.exists()  # so it would have been run


def test_a_hook_that_runs_it_does_not_lead_it_elsewhere(clone, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    assert len(rows(clone)) == 4


def test_without_git_the_error_says_so(clone, monkeypatch):
    monkeypatch.setenv("PATH", str(clone))
    with pytest.raises(DataError, match="git cannot be run") as caught:
        git(clone)
    assert caught.value.remedy == "install git"
