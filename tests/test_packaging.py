"""The wheel, built from the source distribution and installed where no checkout is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "harness/freshmark",
    "plugins/freshmark_plugins",
    "datasets/freshmark_datasets",
    "reports/freshmark_reports",
)

pytestmark = pytest.mark.slow


def call(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run from a folder that is no checkout, without what points Python at one."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        [str(word) for word in command], cwd=cwd, env=kept | environment, capture_output=True, text=True, check=False
    )


def succeed(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = call(*command, cwd=cwd, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the source distribution, as ``make build`` does, so that one missing a file is noticed."""
    folder = tmp_path_factory.mktemp("wheel")
    succeed(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a fresh environment, the wheel and the example's package in it; dependencies are borrowed."""
    folder = tmp_path_factory.mktemp("installed")
    python = folder / "env" / "bin" / "python"
    venv.create(folder / "env", with_pip=False)
    # A folder that a .pth names is searched, but its own .pth files are not read: the editable freshmark stays unseen.
    (site,) = (folder / "env" / "lib").glob("python*/site-packages")
    (site / "borrowed.pth").write_text(f"{Path(np.__file__).parents[1]}\n", "utf-8")
    shutil.copytree(ROOT / "examples" / "last-seen", folder / "last-seen")
    alone = ("install", "--no-index", "--no-deps", "--no-build-isolation", "--ignore-installed")
    succeed(sys.executable, "-m", "pip", "--python", python, *alone, wheel, "./last-seen", cwd=folder)
    return folder


def test_the_wheel_holds_every_file_of_four_packages_and_nothing_else(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    folders = [ROOT / package for package in PACKAGES]
    files = {
        str(file.relative_to(folder.parent))
        for folder in folders
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {f"{folder.name}/py.typed" for folder in folders} <= files
    assert any("/template/" in file for file in files)
    assert {name for name in names if ".dist-info/" not in name} == files
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_installed_package_is_the_one_that_runs(environment: Path):
    python = environment / "env" / "bin" / "python"
    where = succeed(python, "-c", "import freshmark; print(freshmark.__file__)", cwd=environment)
    assert Path(where.strip()).is_relative_to(environment)


def test_an_installed_plugin_is_listed_measured_and_reported(environment: Path):
    command = environment / "env" / "bin" / "freshmark"
    assert "last-seen" in succeed(command, "list", "strategies", cwd=environment)
    assert "freshmark-last-seen:last-seen" in succeed(command, "list", "plugins", cwd=environment)
    printed = succeed(
        command, "run", "-d", "drift(preset='tiny')", "-s", "last-seen(memory=500)", "-s", "popularity()",
        "--every", "1d", "-o", "out", cwd=environment, FRESHMARK_CACHE=str(environment / "cache"),
    )  # fmt: skip
    report = (environment / printed.strip().splitlines()[-1]).read_text("utf-8")
    assert "last-seen(memory=500)" in report
    assert "popularity()" in report
