"""A sandbox refuses the stream's files and other machines, lets everything else pass, and only as long as it stands."""

from __future__ import annotations

import os
import socket

import numpy as np
import pytest
from freshmark import stream_of
from freshmark.contract.past import Past
from freshmark.contract.streams.prepared import open_stream, save_stream
from freshmark.errors import PluginError
from freshmark.runs.executors.sandbox import Sandbox


@pytest.fixture
def folder(tmp_path):
    """A prepared stream."""
    folder = tmp_path / "streams" / "made"
    folder.mkdir(parents=True)
    at = np.arange(20)
    save_stream(stream_of(name="made", task="rank", time=at, user=at % 3, item=at % 5), folder)
    return folder


def reads(path, *, with_os=False):
    if with_os:
        os.close(os.open(path, os.O_RDONLY))
    else:
        open(path, "rb").close()  # noqa: PTH123  (a Path takes no bytes)


@pytest.mark.parametrize("with_os", [False, True])
@pytest.mark.parametrize("form", ["absolute", "bytes", "path", "relative", "roundabout", "link"])
def test_a_file_behind_the_fence_is_refused_however_it_is_called(folder, tmp_path, monkeypatch, form, with_os):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(folder)
    path = {
        "absolute": str(folder / "item.npy"),
        "bytes": os.fsencode(folder / "item.npy"),
        "path": folder / "item.npy",
        "relative": "streams/made/item.npy",
        "roundabout": f"{folder}/../made/./item.npy",
        "link": "link/item.npy",
    }[form]
    with Sandbox([folder]), pytest.raises(PluginError, match=r"item\.npy of its stream") as refused:
        reads(path, with_os=with_os)
    assert refused.value.code == "FM314"


def test_what_lies_elsewhere_is_not_behind_the_fence(folder, tmp_path):
    beside = folder.with_name("made-too")
    beside.mkdir()
    for place in (beside / "item.npy", tmp_path / "new"):
        with Sandbox([folder]) as sandbox:
            place.write_bytes(b"x")
            reads(place)
            assert list(folder.iterdir())
        assert sandbox.refused == []


def test_the_past_reads_its_stream_through_the_fence(folder):
    past, reveal = Past.with_writer(open_stream(folder))
    reveal(7)
    with Sandbox([folder]) as sandbox:
        assert past[:].item.tolist() == [0, 1, 2, 3, 4, 0, 1]
        assert len(past.since(5)) == 2
        with pytest.raises(PluginError):
            np.load(folder / "item.npy", mmap_mode="r")
    assert sandbox.refused == ["the file item.npy of its stream"]


def test_a_fence_stands_only_while_it_is_entered_and_not_while_it_is_lifted(folder):
    sandbox = Sandbox([folder])
    reads(folder / "item.npy")
    with sandbox:
        sandbox.suspended(lambda: reads(folder / "item.npy"))
        with pytest.raises(PluginError):
            reads(folder / "item.npy")
    reads(folder / "item.npy")
    with sandbox, pytest.raises(PluginError):
        reads(folder / "item.npy")


def test_a_lifted_fence_stands_again_after_a_failure(folder):
    with Sandbox([folder]) as sandbox:
        with pytest.raises(ZeroDivisionError):
            sandbox.suspended(lambda: 1 // 0)
        with pytest.raises(PluginError):
            reads(folder / "item.npy")


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "freshmark.invalid", b"freshmark.invalid"])
def test_other_machines_are_out_of_reach_by_name_and_by_number(host):
    with Sandbox([]), pytest.raises(PluginError, match=r"the network \("):
        socket.getaddrinfo(host, 80)


def test_datagrams_do_not_leave_either():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, Sandbox([]), pytest.raises(PluginError):
        one.sendto(b"secret", ("192.0.2.1", 9))


def test_this_machine_may_talk_to_itself(tmp_path):
    with Sandbox([]) as sandbox:
        socket.getaddrinfo("localhost", 80)
        socket.getaddrinfo(None, 80)
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname()).close()
        with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
            server.bind(str(tmp_path / "s"))
            server.listen()
            client.connect(str(tmp_path / "s"))
    assert sandbox.refused == []
