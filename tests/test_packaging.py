"""The wheel, installed where no checkout is."""

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
PACKAGES = {"freshmark", "freshmark_datasets", "freshmark_plugins", "freshmark_reports"}

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
    folder = tmp_path_factory.mktemp("wheel")
    succeed(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def place(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own with the wheel in it; what freshmark depends on is borrowed from this one."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / "bin" / "python"
    succeed(sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--no-deps", wheel, cwd=folder)
    # A folder that a .pth names is searched, but its own .pth files are not read: the editable freshmark stays unseen.
    (site,) = (folder / "env" / "lib").glob("python*/site-packages")
    (site / "borrowed.pth").write_text(f"{Path(np.__file__).parents[1]}\n", "utf-8")
    return folder


def test_the_wheel_holds_four_typed_packages_and_nothing_else(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_installed_package_is_the_one_that_runs(place: Path):
    where = succeed(place / "env" / "bin" / "python", "-c", "import freshmark; print(freshmark.__file__)", cwd=place)
    assert Path(where.strip()).is_relative_to(place)


def test_a_cell_runs_from_the_wheel_and_is_reported(place: Path):
    command = place / "env" / "bin" / "freshmark"
    shown = succeed(
        command, "run", "-d", "drift(preset='tiny')", "-s", "popularity()", "--every", "1d", "-o", "out",
        cwd=place, FRESHMARK_CACHE=str(place / "cache"),
    )  # fmt: skip
    report = place / shown.strip().splitlines()[-1]
    assert report.name == "report.html"
    assert "popularity()" in report.read_text("utf-8")


def test_a_strangers_package_appears_in_the_list_and_in_a_report(place: Path):
    shutil.copytree(ROOT / "examples" / "last-seen", place / "last-seen", dirs_exist_ok=True)
    python, command = place / "env" / "bin" / "python", place / "env" / "bin" / "freshmark"
    succeed(
        sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--no-deps", "--no-build-isolation",
        "./last-seen", cwd=place,
    )  # fmt: skip
    assert "last-seen" in succeed(command, "list", "strategies", cwd=place)
    assert "freshmark-last-seen:last-seen" in succeed(command, "list", "plugins", cwd=place)
    shown = succeed(
        command, "run", "-d", "drift(preset='tiny')", "-s", "last-seen(memory=500)", "--every", "1d", "-o", "seen",
        cwd=place, FRESHMARK_CACHE=str(place / "cache"),
    )  # fmt: skip
    assert "last-seen(memory=500)" in (place / shown.strip().splitlines()[-1]).read_text("utf-8")


@pytest.mark.network
def test_hugging_face_datasets_still_imports_beside_it(place: Path):
    python = place / "env" / "bin" / "python"
    done = call(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "datasets", cwd=place)
    if done.returncode:
        pytest.skip(f"no registry gives the package: {done.stderr.strip().splitlines()[-1]}")
    code = (
        "import datasets, freshmark_datasets\n"
        "rows = datasets.Dataset.from_dict({'a': [1, 2]})\n"
        "print(len(rows), *(one.__file__.split('/')[-2] for one in (datasets, freshmark_datasets)))"
    )
    shown = succeed(python, "-c", code, cwd=place, HF_HOME=str(place / "hf"), HF_HUB_OFFLINE="1")
    assert shown.split() == ["2", "datasets", "freshmark_datasets"]
