"""A monitor understands what a job says, judges it by its limits, and words its end."""

from __future__ import annotations

import json
import logging
import os
import selectors
import time

import pytest
from freshmark.runs.executors.monitor import Monitor
from freshmark.runs.jobs import Job, Limits

JOB = Job(key="k", kind="cell", text="a()", settings={}, target="/nowhere")


@pytest.fixture
def monitored():
    """A monitor, and the two ends that its job would write to."""
    messages, messages_end = os.pipe()
    log, log_end = os.pipe()
    for descriptor in (messages, log):
        os.set_blocking(descriptor, False)
    yield Monitor(JOB, messages, log), messages_end, log_end
    for descriptor in (messages_end, log_end):
        os.close(descriptor)


def send(pipe, **message):
    os.write(pipe, json.dumps(message).encode() + b"\n")


def end(monitor, status=0):
    monitor.wait_status = status
    with selectors.DefaultSelector() as selector:
        monitor.close(selector)
    return monitor.result()


def test_a_job_that_says_that_it_is_done_is_ok(monitored):
    monitor, pipe, log = monitored
    send(pipe, event="ready")
    send(pipe, event="done", result={"summary": {"a": 1}})
    os.write(log, b"hello")
    result = end(monitor)
    assert (result.status, result.reason, result.result, result.log) == ("ok", "", {"summary": {"a": 1}}, "hello")


def test_exit_code_nought_without_a_word_is_no_success(monitored):
    monitor, pipe, _ = monitored
    send(pipe, event="ready")
    result = end(monitor, 0)
    assert (result.status, result.reason) == ("crashed", "exit 0 before finishing")


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
def test_the_reason_says_how_it_ended(monitored, status, reason):
    monitor, _, _ = monitored
    assert end(monitor, status).reason == reason


def test_a_message_may_come_in_pieces_and_in_bulk(monitored):
    monitor, pipe, _ = monitored
    whole = b'{"event": "ready"}\n{"event": "done", "result": {"n": 1}}\n'
    for at in range(0, len(whole), 7):
        os.write(pipe, whole[at : at + 7])
        assert monitor.read_messages()
    assert end(monitor).result == {"n": 1}


@pytest.mark.parametrize("garbage", [b"not json\n", b"[1]\n", b'{"x": 1}\n', b"\xff\xfe\n", b"null\n"])
def test_what_is_no_message_is_no_success(monitored, garbage):
    monitor, pipe, _ = monitored
    os.write(pipe, garbage)
    assert end(monitor).status == "crashed"


def test_an_error_keeps_its_status_reason_and_code(monitored):
    monitor, pipe, _ = monitored
    send(pipe, event="error", status="oom", reason="MemoryError", code="FM310", error={"kind": "X"})
    result = end(monitor)
    assert (result.status, result.reason, result.code, result.error) == ("oom", "MemoryError", "FM310", {"kind": "X"})


def test_a_stopped_job_has_its_verdict_unless_it_had_finished(monitored):
    monitor, pipe, _ = monitored
    monitor.stopped = ("timeout", "too long")
    send(pipe, event="error", status="failed", reason="x", code="FM1")
    assert (end(monitor).status, monitor.result().reason) == ("timeout", "too long")


def test_being_done_counts_though_the_order_to_stop_was_given(monitored):
    monitor, pipe, _ = monitored
    monitor.stopped = ("timeout", "too long")
    send(pipe, event="done", result={})
    assert end(monitor).status == "ok"


def test_the_time_limit_runs_from_ready_and_the_startup_limit_until_then(monitored, monkeypatch):
    now = [time.monotonic()]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monitor, pipe, _ = monitored
    limits = Limits(seconds=5, startup_seconds=100)
    now[0] += 50
    assert monitor.exceeded(limits) is None
    send(pipe, event="ready")
    monitor.read_messages()
    now[0] += 4
    assert monitor.exceeded(limits) is None
    now[0] += 2
    assert monitor.exceeded(limits) == ("timeout", "over the limit of 5 s")
    assert monitor.exceeded(Limits(seconds=None)) is None


def test_a_job_that_does_not_get_ready_is_stopped(monitored, monkeypatch):
    monitor, _, _ = monitored
    later = time.monotonic() + 3
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert monitor.exceeded(Limits(startup_seconds=2)) == ("timeout", "not ready after 2 s: an import hangs")


def test_memory_over_the_limit_is_reported_with_both_numbers(monitored):
    monitor, pipe, _ = monitored
    send(pipe, event="ready")
    monitor.read_messages()
    monitor.pid = os.getpid()
    status, reason = monitor.exceeded(Limits(memory_bytes=1_000_000))
    assert status == "oom"
    assert reason.startswith("held ")
    assert reason.endswith("limit 1 MB")


def test_temporary_files_over_the_limit_are_reported_with_both_numbers(monitored, tmp_path):
    monitor, pipe, _ = monitored
    send(pipe, event="ready")
    monitor.read_messages()
    monitor.begun(os.getpid(), str(tmp_path))
    assert monitor.exceeded(Limits(scratch_bytes=1_000_000)) is None
    (tmp_path / "file").write_bytes(bytes(3_000_000))
    time.sleep(0.11)
    verdict = monitor.exceeded(Limits(scratch_bytes=1_000_000))
    assert verdict == ("failed", "3 MB of temporary files, limit 1 MB")
    time.sleep(0.11)
    assert monitor.exceeded(Limits(scratch_bytes=None)) is None


def test_seconds_are_those_between_ready_and_the_last_word(monitored, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monitor, pipe, _ = monitored
    send(pipe, event="ready")
    monitor.read_messages()
    now[0] += 7
    send(pipe, event="done", result={})
    monitor.read_messages()
    now[0] += 30
    assert end(monitor).seconds == 7


def test_a_note_goes_to_the_log_of_the_program(monitored, caplog):
    monitor, pipe, _ = monitored
    send(pipe, event="log", name="freshmark.downloads", level=logging.WARNING, text="licence: 100 % free")
    monitor.read_messages()
    assert caplog.messages == ["licence: 100 % free"]
