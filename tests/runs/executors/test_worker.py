"""A worker tells what it did step by step, and an error with the line of the plugin where it arose."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from freshmark.errors import DataError
from freshmark.runs.executors.worker import _described, message_writer, work
from freshmark.runs.jobs import Job


def caught(code, filename="/somewhere/mine.py"):
    try:
        exec(compile(code, filename, "exec"), {})
    except BaseException as error:  # noqa: BLE001
        return error
    raise AssertionError


def test_an_error_names_the_line_of_the_plugin():
    told = _described(caught("\nimport numpy\nnumpy.zeros(-1)"))
    assert told["status"] == "failed"
    assert told["reason"] == "ValueError: negative dimensions are not allowed (/somewhere/mine.py:3)"


def test_our_own_errors_can_be_made_again():
    told = _described(DataError("short", where="a.csv:3", remedy="mend", code="FM210"))
    assert told["error"] == {
        "kind": "DataError",
        "what": "short",
        "where": "a.csv:3",
        "remedy": "mend",
        "code": "FM210",
    }
    assert (told["code"], told["reason"]) == ("FM210", "short (a.csv:3); mend")


@pytest.mark.parametrize(
    ("code", "status"), [("raise MemoryError", "oom"), ("1 / 0", "failed"), ("raise SystemExit", "failed")]
)
def test_running_out_of_memory_is_not_reported_as_a_failure(code, status):
    assert _described(caught(code))["status"] == status


def test_a_message_of_many_lines_becomes_one_that_fits():
    reason = _described(caught("raise ValueError('a\\n' * 10_000)"))["reason"]
    assert "\n" not in reason
    assert len(reason) < 600


def test_whatever_is_raised_is_reported_and_printed(capsys):
    said: list[Any] = []
    work(Job(key="k", kind="cell", text="no-such-thing()", settings={}, target="/nowhere"), said.append)
    assert [message["event"] for message in said] == ["error"]
    assert said[0]["code"] == "FM101"
    assert "Traceback" in capsys.readouterr().err


def test_messages_are_lines_of_json():
    out, end = os.pipe()
    send = message_writer(end)
    send({"event": "ready"})
    send({"event": "done", "result": {"x": "ü\n"}})
    os.close(end)
    with os.fdopen(out) as lines:
        assert [json.loads(line) for line in lines] == [{"event": "ready"}, {"event": "done", "result": {"x": "ü\n"}}]


def test_a_rehearsal_leaves_nothing_to_compile_and_imports_nothing_heavy():
    code = """
import sys
from freshmark.runs.executors.precompile import rehearse
rehearse()
from freshmark.replay.ranking import kernels
loops = [one for one in vars(kernels).values() if hasattr(one, "signatures")]
print(sum(bool(one.signatures) for one in loops), len(loops))
print(sorted({"pandas", "torch", "pyarrow"} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    counts, heavy = done.stdout.splitlines()
    assert heavy == "[]"
    used = re.fullmatch(r"(\d+) (\d+)", counts)
    assert used is not None
    assert int(used[1]) > 0
