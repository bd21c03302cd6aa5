"""A watch understands what a job says, judges it by its limits, and words its end."""

from __future__ import annotations

import json
import logging
import os
import selectors
import time

import pytest
from freshmark.runs.executors.monitor import Watch
from freshmark.runs.jobs import Job, Limits

JOB = Job(key="k", kind="cell", text="a()", settings={}, target="/nowhere")


@pytest.fixture
def watched():
    """A watch, and the two ends that its job would write to."""
    messages, messages_end = os.pipe()
    log, log_end = os.pipe()
    for descriptor in (messages, log):
        os.set_blocking(descriptor, False)
    yield Watch(JOB, messages, log), messages_end, log_end
    for descriptor in (messages_end, log_end):
        os.close(descriptor)


def say(pipe, **message):
    os.write(pipe, json.dumps(message).encode() + b"\n")


def end(watch, status=0):
    watch.status = status
    with selectors.DefaultSelector() as selector:
        watch.close(selector)
    return watch.ending()


def test_a_job_that_says_that_it_is_done_is_ok(watched):
    watch, pipe, log = watched
    say(pipe, say="ready")
    say(pipe, say="done", result={"summary": {"a": 1}})
    os.write(log, b"hello")
    ending = end(watch)
    assert (ending.status, ending.reason, ending.result, ending.log) == ("ok", "", {"summary": {"a": 1}}, b"hello")


def test_exit_code_nought_without_a_word_is_no_success(watched):
    watch, pipe, _ = watched
    say(pipe, say="ready")
    ending = end(watch, 0)
    assert (ending.status, ending.reason) == ("crashed", "exit 0 before finishing")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (3 << 8, "exit 3 before finishing"),
        (11, "killed by SIGSEGV"),
        (9, "killed by SIGKILL: the kernel ran out of memory, or someone killed it"),
        (40, "killed by signal 40"),
        (-1, "its process was lost"),
    ],
)
def test_the_way_it_ended_is_told_in_words(watched, status, reason):
    watch, _, _ = watched
    assert end(watch, status).reason == reason


def test_a_message_may_come_in_pieces_and_in_bulk(watched):
    watch, pipe, _ = watched
    whole = b'{"say": "ready"}\n{"say": "done", "result": {"n": 1}}\n'
    for at in range(0, len(whole), 7):
        os.write(pipe, whole[at : at + 7])
        assert watch.read_messages()
    assert end(watch).result == {"n": 1}


@pytest.mark.parametrize("garbage", [b"not json\n", b"[1]\n", b'{"x": 1}\n', b"\xff\xfe\n", b"null\n"])
def test_what_is_no_message_is_no_success(watched, garbage):
    watch, pipe, _ = watched
    os.write(pipe, garbage)
    assert end(watch).status == "crashed"


def test_an_error_keeps_its_status_reason_and_code(watched):
    watch, pipe, _ = watched
    say(pipe, say="error", status="oom", reason="MemoryError", code="FM310", error={"kind": "X"})
    ending = end(watch)
    assert (ending.status, ending.reason, ending.code, ending.error) == ("oom", "MemoryError", "FM310", {"kind": "X"})


def test_what_was_stopped_is_told_as_that_unless_it_was_done_by_then(watched):
    watch, pipe, _ = watched
    watch.stopped = ("timeout", "too long")
    say(pipe, say="error", status="failed", reason="x", code="FM1")
    assert (end(watch).status, watch.ending().reason) == ("timeout", "too long")


def test_being_done_counts_though_the_order_to_stop_was_given(watched):
    watch, pipe, _ = watched
    watch.stopped = ("timeout", "too long")
    say(pipe, say="done", result={})
    assert end(watch).status == "ok"


def test_the_time_limit_runs_from_ready_and_the_startup_limit_until_then(watched, monkeypatch):
    now = [time.monotonic()]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    watch, pipe, _ = watched
    limits = Limits(seconds=5, startup_seconds=100)
    now[0] += 50
    assert watch.verdict(limits) is None
    say(pipe, say="ready")
    watch.read_messages()
    now[0] += 4
    assert watch.verdict(limits) is None
    now[0] += 2
    assert watch.verdict(limits) == ("timeout", "over the limit of 5 s")
    assert watch.verdict(Limits(seconds=None)) is None


def test_a_job_that_does_not_get_ready_is_stopped(watched, monkeypatch):
    watch, _, _ = watched
    later = time.monotonic() + 3
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert watch.verdict(Limits(startup_seconds=2)) == ("timeout", "not ready after 2 s: an import hangs")


def test_memory_over_the_limit_is_told_with_both_numbers(watched):
    watch, pipe, _ = watched
    say(pipe, say="ready")
    watch.read_messages()
    watch.pid = os.getpid()
    status, reason = watch.verdict(Limits(memory_bytes=1_000_000))
    assert status == "oom"
    assert reason.startswith("held ")
    assert reason.endswith("limit 1 MB")


def test_temporary_files_over_the_limit_are_told_with_both_numbers(watched, tmp_path):
    watch, pipe, _ = watched
    say(pipe, say="ready")
    watch.read_messages()
    watch.begun(os.getpid(), str(tmp_path))
    assert watch.verdict(Limits(scratch_bytes=1_000_000)) is None
    (tmp_path / "file").write_bytes(bytes(3_000_000))
    time.sleep(0.11)
    verdict = watch.verdict(Limits(scratch_bytes=1_000_000))
    assert verdict == ("failed", "3 MB of temporary files, limit 1 MB")
    time.sleep(0.11)
    assert watch.verdict(Limits(scratch_bytes=None)) is None


def test_seconds_are_those_between_ready_and_the_last_word(watched, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    watch, pipe, _ = watched
    say(pipe, say="ready")
    watch.read_messages()
    now[0] += 7
    say(pipe, say="done", result={})
    watch.read_messages()
    now[0] += 30
    assert end(watch).seconds == 7


def test_a_note_goes_to_the_log_of_the_program(watched, caplog):
    watch, pipe, _ = watched
    say(pipe, say="note", name="freshmark.downloads", level=logging.WARNING, text="licence: 100 % free")
    watch.read_messages()
    assert caplog.messages == ["licence: 100 % free"]
