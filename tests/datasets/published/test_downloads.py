"""Downloads: licence first, checksum always, the place to put a file by hand; entries complete and documented."""

from __future__ import annotations

import hashlib
import inspect
import logging
import re
import threading
import zipfile
from dataclasses import replace
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from typing import Any

import pytest
from freshmark.errors import DataError, UnknownName, UsageError
from freshmark_datasets.logs.checked_options import check_options
from freshmark_datasets.published import Entry, EntryLoader, Licence, Options, Part
from freshmark_datasets.published.downloading import fetch, target
from freshmark_datasets.published.entries import ENTRIES
from freshmark_datasets.published.entry import Published
from freshmark_datasets.readers import rawtext

DAT = b"1::0011::4::1400000000\n2::0012::3.5::1400000001\n1::0012::5::1400000001\n"
TAB = DAT.replace(b"::", b"\t")
CSV = b"userId,movieId,rating,timestamp\n" + DAT.replace(b"::", b",")
NOWHERE = "http://127.0.0.1:9"
LENS, TWEETS = (EntryLoader(ENTRIES[name]) for name in ("movielens", "movietweetings"))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Not to the terminal."""


class Hasty(Quiet):
    """Promises all and sends less."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(DAT)))
        self.end_headers()
        self.wfile.write(DAT[:-7])


@pytest.fixture
def served(request, tmp_path):
    """A folder with ratings.dat, and the address under which it is served."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "ratings.dat").write_bytes(DAT)
    server = HTTPServer(("127.0.0.1", 0), partial(getattr(request, "param", Quiet), directory=folder))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def own_downloads(tmp_path, monkeypatch):
    monkeypatch.setenv("FRESHMARK_CACHE", str(tmp_path / "cache"))


def entry(address: str, *, checksum: str = "", counts: Any = None, **more: Any) -> Entry:
    entry = Entry(
        name="log",
        about="Made up.",
        parts=(Part("all", f"{address}/ratings.dat", checksum=checksum, counts=counts or {}),),
        options=Options(user=0, item=1, time=3, sep="::", header=False),
        licence=Licence("as you like", True, "Do as you like.", f"{NOWHERE}/terms"),
        granularity="seconds",
        cite="Nobody.",
    )
    return replace(entry, **more)


def published(entry: Entry) -> Published:
    return entry.published(entry.parts[0])


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_the_licence_is_shown_before_the_download_and_once(served, caplog):
    file = published(entry(served[1], checksum=sha256(DAT)))
    with caplog.at_level(logging.WARNING):
        path = fetch(file)
        assert path.read_bytes() == DAT
        assert fetch(file) == path == target(file)
    (shown,) = [record for record in caplog.records if record.name == "freshmark.downloads"]
    for words in ("Do as you like.", "Please cite: Nobody.", file.address, file.read_more):
        assert words in shown.getMessage()


@pytest.mark.parametrize("kind", ["sha256", "md5"])
def test_a_file_that_is_not_the_published_one_is_not_stored(served, kind):
    file = published(entry(served[1], checksum=f"{kind}:{hashlib.new(kind, b'other').hexdigest()}"))
    with pytest.raises(DataError, match="is not the published file") as caught:
        fetch(file)
    assert caught.value.code == "FM221"
    assert not list(target(file).parent.iterdir())


def test_a_file_put_by_hand_is_used_without_the_network_and_verified():
    made = entry(NOWHERE, checksum=sha256(DAT))
    path = target(published(made))
    path.parent.mkdir(parents=True)
    path.write_bytes(DAT)
    assert len(EntryLoader(made)().load()) == 3
    path.write_bytes(DAT[:-1])
    with pytest.raises(DataError, match="not the published file: its sha256 is") as caught:
        EntryLoader(made)().load()
    assert caught.value.where == str(path)


def test_without_a_network_the_error_says_where_to_put_which_file():
    lens = ENTRIES["movielens"]
    lens = replace(lens, parts=(replace(lens.part("1m"), address=f"{NOWHERE}/ml-1m.zip"),))
    source = EntryLoader(lens)("1m")  # its key needs no network: the checksum is known
    with pytest.raises(DataError, match="cannot be downloaded: ConnectionRefusedError") as caught:
        source.load()
    error, place = caught.value, target(published(lens))
    assert (error.code, error.exit_code, error.where) == ("FM220", 3, f"{NOWHERE}/ml-1m.zip")
    assert str(place) in error.remedy
    assert (place.name, place.exists()) == ("ml-1m.zip", False)
    with pytest.raises(DataError):
        EntryLoader(entry(NOWHERE))()  # without a checksum, its key needs the file


@pytest.mark.parametrize("served", [Hasty], indirect=True)
def test_a_connection_that_ends_early_leaves_no_short_file(served):
    file = published(entry(served[1]))
    with pytest.raises(DataError, match=f"{len(DAT) - 7} of {len(DAT)} bytes arrived") as caught:
        fetch(file)
    assert caught.value.code == "FM220"
    assert not list(target(file).parent.iterdir())


def test_a_missing_page_is_an_error_of_the_data(served):
    with pytest.raises(DataError, match="404") as caught:
        EntryLoader(entry(f"{served[1]}/none"))()
    assert caught.value.code == "FM220"


def test_a_stream_says_where_it_comes_from_and_whether_that_was_verified(served):
    known = EntryLoader(entry(served[1], checksum=sha256(DAT), counts={"events": 3, "users": 2}))().load().about
    assert (known["checksum"], known["counts"], known["may be passed on"]) == (sha256(DAT), "as published", "yes")
    unknown = EntryLoader(entry(served[1], name="other"))().load().about
    assert unknown["checksum"].startswith("unverified")
    assert unknown["licence"].startswith("as you like. Do as you like.")
    assert unknown["address"] == f"{served[1]}/ratings.dat"


def test_a_download_with_other_counts_is_refused_and_a_copy_is_not(served, tmp_path):
    loader = EntryLoader(entry(served[1], counts={"events": 3, "users": 3}))
    with pytest.raises(DataError, match=r"2 users where 3 are stated") as caught:
        loader().load()
    assert (caught.value.code, caught.value.exit_code) == ("FM223", 3)
    (tmp_path / "mine").write_bytes(DAT)
    copy = loader(path=tmp_path / "mine").load()
    assert copy.about["counts"] == "differ from the published ones: 2 users where 3 are stated"


def test_a_file_to_fetch_by_hand_is_requested_and_used_once_it_is_there():
    made = entry(NOWHERE, by_hand="its publisher asks for an account")
    with pytest.raises(DataError, match="fetched by hand: its publisher asks for an account") as caught:
        EntryLoader(made)()
    assert (caught.value.code, caught.value.exit_code) == ("FM222", 3)
    path = target(published(made))
    assert str(path) in caught.value.remedy
    path.parent.mkdir(parents=True)
    path.write_bytes(DAT)
    assert len(EntryLoader(made)().load()) == 3
    path.unlink()
    path.mkdir()
    (path / "1.dat").write_bytes(DAT)
    parts = (replace(made.parts[0], member="*.dat"),)
    assert len(EntryLoader(replace(made, parts=parts))().load()) == 3  # a folder does as well


def test_parts_of_one_archive_are_downloaded_once(served):
    folder, address = served
    with zipfile.ZipFile(folder / "log.zip", "w") as archive:
        archive.writestr("a.txt", DAT)
        archive.writestr("b.txt", DAT + b"5::6::1::1400000002\n")
    parts = tuple(Part(name, f"{address}/log.zip", member=f"{name}.txt") for name in ("a", "b"))
    loader = EntryLoader(entry(address, parts=parts))
    assert len(loader("a").load()) == 3
    (folder / "log.zip").unlink()
    assert len(loader("b").load()) == 4
    assert loader("a").key != loader("b").key


def zipped(path, member, content, *others):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (*others, (member, content)):
            archive.writestr(name, text)
    return path


@pytest.mark.parametrize(
    ("size", "member", "content"),
    [
        ("100k", "ml-100k/u.data", TAB),
        ("10m", "ml-10M100K/ratings.dat", DAT),
        ("25M", "ml-25m/ratings.csv", CSV),
        ("latest-small", "ml-latest-small/ratings.csv", CSV),
    ],
)
def test_movielens_is_read_in_each_of_its_forms_zipped_and_unzipped(tmp_path, size, member, content):
    path = zipped(tmp_path / "ml.zip", member, content, ("../evil.txt", b"x"), ("README", b"\0"))
    stream = LENS(size=size, path=path).load()
    assert (list(stream.users), list(stream.items)) == (["1", "2"], ["0011", "0012"])
    assert stream.label.tolist() == [4.0, 3.5, 5.0]
    assert (stream.name, stream.task, stream.repeats) == (f"movielens {size.lower()}", "rank", False)
    (tmp_path / "ratings").write_bytes(content)
    assert LENS(size, path=tmp_path / "ratings").load().fingerprint == stream.fingerprint
    assert (stream.about["may be passed on"] == "yes") == (size == "latest-small")


def test_movietweetings_takes_ratings_as_events_or_labels(tmp_path):
    (tmp_path / "ratings.dat").write_bytes(DAT)
    assert [len(TWEETS(path=tmp_path / "ratings.dat", positive=least).load()) for least in (None, 4)] == [3, 2]
    assert TWEETS(path=tmp_path / "ratings.dat", task="rate").load().task == "rate"


def test_an_archive_without_the_ratings_with_two_or_a_bomb_is_refused(tmp_path, monkeypatch):
    path = zipped(tmp_path / "ml.zip", "ml-1m/ratings.dat", DAT + b"1::2\n")
    with pytest.raises(DataError, match="2 fields") as caught:
        LENS("1m", path=path).load()
    assert caught.value.where == f"{path}:ml-1m/ratings.dat:4"
    with pytest.raises(DataError, match=r"contains .ml-1m/ratings\.dat. 0 times"):
        LENS("1m", path=zipped(tmp_path / "a.zip", "other", DAT)).load()
    with pytest.warns(UserWarning, match="Duplicate"):
        zipped(tmp_path / "b.zip", "ml-1m/ratings.dat", DAT, ("ml-1m/ratings.dat", DAT))
    with pytest.raises(DataError, match="2 times"):
        LENS("1m", path=tmp_path / "b.zip").load()
    monkeypatch.setattr(rawtext, "FREE_BYTES", 100_000)
    with pytest.raises(DataError, match="100 times its size"):
        LENS("1m", path=zipped(tmp_path / "c.zip", "ml-1m/ratings.dat", DAT * 10_000)).load()


def test_unknown_sizes_and_options_are_refused():
    with pytest.raises(UnknownName, match=r"no size .2m.*did you mean"):
        LENS("2m")
    with pytest.raises(UnknownName, match="known: 100k, 10k, 20k, 50k"):
        TWEETS("huge")
    with pytest.raises(UsageError, match="no task 'clicks'"):
        LENS("1m", task="clicks")


def test_the_key_of_a_published_stream_changes_with_size_and_options():
    sources = [LENS("1m"), LENS("10m"), LENS("1m", positive=4), LENS("1m", task="rate"), TWEETS()]
    assert len({source.key for source in sources}) == len(sources)
    assert LENS("1M").key == LENS("1m").key


@pytest.mark.parametrize("known", ENTRIES.values(), ids=lambda known: known.name)
def test_an_entry_is_complete_documented_and_claims_nothing_that_was_not_checked(known):
    assert known.about.endswith(".")
    assert len(known.about) < 120
    assert known.traps
    assert all(trap.endswith(".") for trap in known.traps)
    assert re.search(r"unverified|no (file was fetched|address was tried)|not tried|none was tried", known.checked)
    names = [part.name.lower() for part in known.parts]
    assert len(set(names)) == len(names)
    for part in known.parts:
        assert re.fullmatch(r"https?://[\w.-]+\.[a-z]+/\S*", part.address)
        assert re.fullmatch(r"(md5:[0-9a-f]{32}|sha256:[0-9a-f]{64})?", part.checksum)
        assert bool(part.member) or not part.address.endswith((".zip", ".tar.gz"))
        assert set(part.counts) <= {"events", "users", "items"}
        assert known.licence_of(part).terms.endswith(".")
        assert known.licence_of(part).read_more.startswith(("http://", "https://"))
        check_options(known.reading(part))
    loader = EntryLoader(known)
    shown = str(loader.__doc__)
    assert shown.startswith(known.about)
    for words in (known.licence.name, known.cite, known.granularity, known.checked, *known.traps):
        assert words in shown
    options = inspect.signature(loader).parameters
    assert options[known.parts_called].default == known.parts[0].name
    assert list(options)[:2] == [known.parts_called, "path"]
