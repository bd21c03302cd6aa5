"""MovieTweetings and MovieLens: licence first, checksum always, the place to put the file by hand, zip members."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import logging
import re
import threading
import zipfile
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from freshmark.contract.stream import Stream
from freshmark.errors import DataError, UnknownName, UsageError
from freshmark_datasets.logs.checked_options import check_options
from freshmark_datasets.published import downloading, ratings
from freshmark_datasets.published import sources as published
from freshmark_datasets.published.entries import ENTRIES
from freshmark_datasets.published.entry import Entry, Licence, Part
from freshmark_datasets.published.movielens import movielens
from freshmark_datasets.published.movietweetings import movietweetings
from freshmark_datasets.published.named import Named
from freshmark_datasets.readers import rawtext
from freshmark_datasets.readers.options import Options

DAT = b"1::0011::4::1400000000\n2::0012::3.5::1400000001\n1::0012::5::1400000001\n"
TAB = DAT.replace(b"::", b"\t")
CSV = b"userId,movieId,rating,timestamp\n" + DAT.replace(b"::", b",")
RATINGS = Options(user=0, item=1, label=2, time=3, unit="s", repeats=False)


def labels(stream: Stream) -> list[Any]:
    assert stream.label is not None
    return list(stream.label.tolist())


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Not to the terminal."""


@pytest.fixture
def served(request, tmp_path):
    """A folder, and the address under which it is served."""
    folder = tmp_path / "served"
    folder.mkdir()
    server = HTTPServer(("127.0.0.1", 0), partial(getattr(request, "param", Quiet), directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def own_downloads(tmp_path, monkeypatch):
    monkeypatch.setenv("FRESHMARK_CACHE", str(tmp_path / "cache"))


def offered(served: tuple[Path, str], *, content: bytes = DAT, checksum: str = "") -> published.Published:
    folder, address = served
    (folder / "ratings.dat").write_bytes(content)
    return published.Published("tweets", "1k", f"{address}/ratings.dat", "Do as you like.", f"{address}/all", checksum)


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_the_licence_is_shown_before_the_download_and_once(served, caplog):
    file = offered(served, checksum=sha256(DAT))
    with caplog.at_level(logging.WARNING):
        path = downloading.fetch(file)
        assert path.read_bytes() == DAT
        assert downloading.fetch(file) == path == downloading.target(file)
    (shown,) = [record for record in caplog.records if record.name == "freshmark.downloads"]
    for words in ("Do as you like.", file.address, file.read_more):
        assert words in shown.getMessage()


@pytest.mark.parametrize("kind", ["sha256", "md5"])
def test_a_file_that_is_not_the_published_one_is_not_kept(served, kind):
    wrong = f"{kind}:{hashlib.new(kind, b'other').hexdigest()}"
    file = offered(served, checksum=wrong)
    with pytest.raises(DataError, match="is not the published file") as caught:
        downloading.fetch(file)
    assert caught.value.code == "FM221"
    assert not list(downloading.target(file).parent.iterdir())


def test_a_file_put_by_hand_is_used_without_asking_anyone(tmp_path):
    file = published.Published("tweets", "1k", "http://127.0.0.1:9/ratings.dat", "terms", "more", sha256(DAT))
    downloading.target(file).parent.mkdir(parents=True)
    downloading.target(file).write_bytes(DAT)
    assert len(ratings.source_of(file, RATINGS, path=None).load()) == 3
    downloading.target(file).write_bytes(DAT[:-1])
    with pytest.raises(DataError, match="not the published file: its sha256 is") as caught:
        ratings.source_of(file, RATINGS, path=None).load()
    assert caught.value.where == str(downloading.target(file))


def test_without_a_network_the_error_says_where_to_put_which_file(monkeypatch):
    monkeypatch.setitem(
        published.PUBLISHED,
        ("movielens", "1m"),
        dataclasses.replace(published.published("movielens", "1m"), address="http://127.0.0.1:9/ml-1m.zip"),
    )
    source = movielens("1m")  # the key of a file whose checksum is known needs no network
    with pytest.raises(DataError, match="cannot be fetched: ConnectionRefusedError") as caught:
        source.load()
    error = caught.value
    target = downloading.target(published.published("movielens", "1m"))
    assert (error.code, error.exit_code, error.where) == ("FM220", 3, "http://127.0.0.1:9/ml-1m.zip")
    assert str(target) in error.remedy
    assert target.name == "ml-1m.zip"
    assert "path=" in error.remedy
    assert not target.exists()


class Hasty(Quiet):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(DAT)))
        self.end_headers()
        self.wfile.write(DAT[:-7])


@pytest.mark.parametrize("served", [Hasty], indirect=True)
def test_a_connection_that_ends_early_leaves_no_short_file(served):
    file = offered(served)
    with pytest.raises(DataError, match=f"{len(DAT) - 7} of {len(DAT)} bytes arrived") as caught:
        downloading.fetch(file)
    assert caught.value.code == "FM220"
    assert not list(downloading.target(file).parent.iterdir())


def test_a_page_that_is_not_there_is_no_file(served):
    file = dataclasses.replace(offered(served), address=f"{served[1]}/none.dat")
    with pytest.raises(DataError, match="404") as caught:
        downloading.fetch(file)
    assert caught.value.code == "FM220"
    assert not downloading.target(file).exists()


def test_a_stream_says_where_it_comes_from_and_whether_that_was_verified(served):
    known = ratings.source_of(offered(served, checksum=sha256(DAT)), RATINGS, path=None)
    assert known.load().about["checksum"] == sha256(DAT)
    other = dataclasses.replace(offered(served), size="2k")
    unknown = ratings.source_of(other, RATINGS, path=None).load()
    assert unknown.about["checksum"].startswith("unverified")
    assert unknown.about["licence"].startswith("Do as you like.")
    assert unknown.about["address"] == other.address


def zipped(path: Path, member: str, content: bytes, *others: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (*others, (member, content)):
            archive.writestr(name, text)
    return path


@pytest.mark.parametrize(
    ("size", "member", "content"),
    [
        ("100k", "ml-100k/u.data", TAB),
        ("1m", "ml-1m/ratings.dat", DAT),
        ("10m", "ml-10M100K/ratings.dat", DAT),
        ("20m", "ml-20m/ratings.csv", CSV),
        ("25m", "ml-25m/ratings.csv", CSV),
        ("32m", "ml-32m/ratings.csv", CSV),
        ("latest-small", "ml-latest-small/ratings.csv", CSV),
    ],
)
def test_every_size_of_movielens_is_read_in_its_own_form_zipped_and_unzipped(tmp_path, size, member, content):
    path = zipped(tmp_path / "ml.zip", member, content, ("../evil.txt", b"x"), ("README", b"\0"))
    stream = movielens(size, path=path).load()
    assert list(stream.users) == ["1", "2"]
    assert list(stream.items) == ["0011", "0012"]
    assert labels(stream) == [4.0, 3.5, 5.0]
    assert (stream.name, stream.task, stream.repeats) == (f"movielens {size}", "rank", False)
    assert stream.about["checksum"] == "unverified: a local copy"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["ml.zip"]
    (tmp_path / "ratings").write_bytes(content)
    assert movielens(size, path=tmp_path / "ratings").load().fingerprint == stream.fingerprint


def test_an_error_within_an_archive_names_the_member_and_the_line(tmp_path):
    path = zipped(tmp_path / "ml.zip", "ml-1m/ratings.dat", DAT + b"1::2\n")
    with pytest.raises(DataError, match="2 fields") as caught:
        movielens("1m", path=path).load()
    assert caught.value.where == f"{path}:ml-1m/ratings.dat:4"


def test_an_archive_without_the_ratings_or_with_two_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"holds .ml-1m/ratings\.dat. 0 times"):
        movielens("1m", path=zipped(tmp_path / "a.zip", "other", DAT)).load()
    with pytest.warns(UserWarning, match="Duplicate"):
        zipped(tmp_path / "b.zip", "ml-1m/ratings.dat", DAT, ("ml-1m/ratings.dat", DAT))
    with pytest.raises(DataError, match="2 times"):
        movielens("1m", path=tmp_path / "b.zip").load()


def test_an_archive_that_unpacks_into_a_hundred_times_its_size_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(rawtext, "FREE_BYTES", 1_000_000)
    path = zipped(tmp_path / "ml.zip", "ml-1m/ratings.dat", DAT * 100_000)
    assert path.stat().st_size < 70_000
    with pytest.raises(DataError, match="100 times its size"):
        movielens("1m", path=path).load()


def test_movietweetings_keeps_ids_and_ratings(tmp_path):
    (tmp_path / "ratings.dat").write_bytes(DAT)
    stream = movietweetings(path=tmp_path / "ratings.dat").load()
    assert list(stream.items) == ["0011", "0012"]
    assert labels(stream) == [4.0, 3.5, 5.0]
    assert len(movietweetings(path=tmp_path / "ratings.dat", positive=4).load()) == 2
    assert movietweetings(path=tmp_path / "ratings.dat", task="rate").load().task == "rate"


def test_a_size_that_there_is_not_and_an_option_that_cannot_be_are_refused():
    with pytest.raises(UnknownName, match=r"no size .2m.*did you mean"):
        movielens("2m")
    with pytest.raises(UnknownName, match="known: 100k, 10k, 20k, 50k"):
        movietweetings("huge")
    with pytest.raises(UsageError, match="no task 'clicks'"):
        movielens("1m", task="clicks")  # type: ignore[arg-type]


def test_the_key_of_a_published_stream_changes_with_size_and_options():
    keys = {
        movielens("1m").key,
        movielens("10m").key,
        movielens("1m", positive=4).key,
        movielens("1m", task="rate").key,
        movietweetings().key,
    }
    assert len(keys) == 5
    assert movielens("1M").key == movielens("1m").key


def test_all_that_is_published_has_an_official_address_terms_and_a_sound_checksum():
    digits = {"sha256": 64, "md5": 32}
    for (name, size), file in published.PUBLISHED.items():
        assert (file.name, file.size) == (name, size)
        assert file.address.startswith(("https://files.grouplens.org/", "https://raw.githubusercontent.com/sidooms/"))
        assert len(file.terms) > 200
        kind, _, digest = file.checksum.partition(":")
        assert not kind or len(digest) == digits[kind]
    assert {size for name, size in published.PUBLISHED if name == "movielens"} == {
        *("100k", "1m", "10m", "20m", "25m", "32m", "latest-small")
    }


ROWS = b"1 2 1400000000\n3 4 1400000001\n"
TERMS = Licence("as you like", True, "Do as you like.", "http://127.0.0.1/terms")


def entry(served: tuple[Path, str], *, counts: dict[str, int], by_hand: str = "", name: str = "log.txt") -> Entry:
    folder, address = served
    (folder / "log.txt").write_bytes(ROWS)
    return Entry(
        name="log",
        about="Made up.",
        parts=(Part("all", f"{address}/{name}", counts=counts),),
        options=Options(user=0, item=1, time=2, sep="whitespace", header=False),
        licence=TERMS,
        granularity="seconds",
        cite="Nobody.",
        by_hand=by_hand,
    )


def test_an_entry_is_fetched_and_its_counts_are_compared(served, caplog):
    loader = Named(entry(served, counts={"events": 2, "users": 2, "items": 2}))
    with caplog.at_level(logging.WARNING):
        stream = loader().load()
    assert stream.about["counts"] == "as published"
    assert stream.about["may be passed on"] == "yes"
    assert "Do as you like." in caplog.text
    assert "Please cite: Nobody." in caplog.text


def test_a_fetched_file_that_does_not_give_the_stated_counts_is_refused_and_a_copy_is_not(served, tmp_path):
    loader = Named(entry(served, counts={"events": 2, "users": 3}))
    with pytest.raises(DataError, match=r"2 users where 3 are stated") as caught:
        loader().load()
    assert (caught.value.code, caught.value.exit_code) == ("FM223", 3)
    (tmp_path / "mine").write_bytes(ROWS)
    copy = loader(path=tmp_path / "mine").load()
    assert copy.about["counts"] == "differ from the published ones: 2 users where 3 are stated"


def test_what_no_program_may_fetch_is_asked_for_by_hand_and_found_where_it_was_put(served):
    loader = Named(entry(served, counts={}, by_hand="its publisher asks for an account"))
    with pytest.raises(DataError, match="not fetched by a program: its publisher asks for an account") as caught:
        loader()
    error = caught.value
    assert (error.code, error.exit_code, error.where) == ("FM222", 3, f"{served[1]}/log.txt")
    place = downloading.target(loader.entry.published(loader.entry.parts[0]))
    assert str(place) in error.remedy
    place.parent.mkdir(parents=True)
    place.write_bytes(ROWS)
    assert len(loader().load()) == 2


def test_parts_that_lie_in_one_archive_are_fetched_once(served):
    folder, address = served
    with zipfile.ZipFile(folder / "log.zip", "w") as archive:
        archive.writestr("a.txt", ROWS)
        archive.writestr("b.txt", ROWS + b"5 6 1400000002\n")
    parts = tuple(Part(name, f"{address}/log.zip", member=f"{name}.txt") for name in ("a", "b"))
    loader = Named(dataclasses.replace(entry(served, counts={}), parts=parts))
    assert len(loader("a").load()) == 2
    (folder / "log.zip").unlink()
    assert len(loader("b").load()) == 3
    assert loader("a").key != loader("b").key


def test_what_is_put_by_hand_may_be_a_folder(served):
    loader = Named(
        dataclasses.replace(
            entry(served, counts={}, by_hand="an account"), parts=(Part("all", "http://x/y", member="*.txt"),)
        )
    )
    place = downloading.target(loader.entry.published(loader.entry.parts[0]))
    place.mkdir(parents=True)
    (place / "1.txt").write_bytes(ROWS)
    assert len(loader().load()) == 2


def test_without_a_network_an_entry_says_where_to_put_which_file(served):
    with pytest.raises(DataError) as caught:
        Named(entry(served, counts={}, name="none.txt"))()
    assert (caught.value.code, caught.value.exit_code) == ("FM220", 3)
    assert "none.txt, or pass path=" in caught.value.remedy


@pytest.mark.parametrize("known", ENTRIES.values(), ids=lambda known: known.name)
def test_an_entry_is_complete_and_claims_nothing_that_was_not_checked(known):
    assert known.about.endswith(".")
    assert len(known.about) < 120
    assert known.traps or known.name == "none"
    assert all(trap.endswith(".") for trap in known.traps)
    assert known.cite
    assert known.granularity
    assert known.licence.terms.endswith(".")
    assert known.licence.read_more.startswith(("http://", "https://"))
    assert re.search(r"unverified|no (file was fetched|address was tried)|not tried|none was tried", known.checked)
    names = [part.name for part in known.parts]
    assert len(set(names)) == len(names)
    for part in known.parts:
        assert re.fullmatch(r"https?://[\w.-]+\.[a-z]+/\S*", part.address)
        assert not part.checksum  # none of them is stated by its publisher for the file itself
        assert bool(part.member) or not part.address.endswith((".zip", ".tar.gz"))
        assert set(part.counts) <= {"events", "users", "items"}
        check_options(known.reading(part))


@pytest.mark.parametrize("known", ENTRIES.values(), ids=lambda known: known.name)
def test_an_entry_is_documented_as_its_loader(known):
    loader = Named(known)
    shown = str(loader.__doc__)
    assert shown.startswith(known.about)
    for words in (known.licence.name, known.cite, known.granularity, known.checked, *known.traps):
        assert words in shown
    signature = inspect.signature(loader)
    assert signature.parameters["part"].default == known.parts[0].name
    assert list(signature.parameters)[:2] == ["part", "path"]
