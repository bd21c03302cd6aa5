"""Provenance says with what, never who."""

from __future__ import annotations

import getpass
import json
import os
import platform
import re
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from freshmark.results.redaction import redact
from freshmark.runs.system.machine import file_digests, git_state, provenance


def test_the_provenance_of_a_run_is_json():
    facts = json.loads(json.dumps(provenance()))
    assert facts["python"] == platform.python_version()
    assert facts["packages"]["numpy"] == np.__version__
    assert facts["packages"]["torch"]
    assert facts["cores"] == os.cpu_count()
    assert facts["cpu"]
    assert facts["memory_bytes"] > 10**8
    assert facts["threads"]["OMP_NUM_THREADS"] == 1


def test_no_person_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("A_SECRET", "swordfish-7")
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "bin" / "tool.py"), "-o", f"{tmp_path}/runs/x"])
    text = json.dumps(provenance())
    for secret in (str(tmp_path), socket.gethostname(), "swordfish-7"):
        assert not re.search(rf"\b{re.escape(secret)}\b", text)
    assert "~/bin/tool.py -o ~/runs/x" in text
    assert getpass.getuser() == "root" or getpass.getuser() not in text


def test_the_command_is_called_by_its_name(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/anywhere/bin/freshmark", "run", "plan.toml"])
    assert provenance()["command"] == "freshmark run plan.toml"


def test_only_the_home_folder_itself_is_redacted(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ann")
    assert redact("/home/ann/x /home/anna/x file=/home/ann") == "~/x /home/anna/x file=~"
    monkeypatch.setenv("HOME", "/")
    assert redact("/etc/x") == "/etc/x"


def test_a_checkout_has_its_commit_and_whether_it_was_changed(tmp_path):
    assert git_state(tmp_path) is None
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    (tmp_path / "file").write_text("1")
    for command in (["init", "-q"], ["add", "file"], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    state = git_state(tmp_path)
    assert state is not None
    assert len(state["commit"]) == 40
    assert state["changed"] is False
    (tmp_path / "file").write_text("2")
    assert git_state(tmp_path) == {**state, "changed": True}


def test_without_git_there_is_no_state(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert git_state(Path.cwd()) is None


def test_plugin_files_are_known_by_their_digests(tmp_path):
    (tmp_path / "a.py").write_bytes(b"abc")
    assert file_digests([tmp_path / "a.py"]) == {
        "a.py": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    }


@pytest.mark.parametrize("name", ["user", "hostname", "environment"])
def test_no_key_invites_private_data(name):
    assert name not in provenance()
