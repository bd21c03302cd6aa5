"""Fixtures for all tests, and the order in which files run."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

# The first example of a property may compile a loop or import torch; a run on a shared machine may be slow.
settings.register_profile("freshmark", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("freshmark")

ROOT = Path(__file__).parents[1]
TESTS = Path(__file__).parent

SLOW = (
    "commands/test_new_plugin.py",
    "commands/test_plugin_faults.py",
    "commands/test_plugin_hooks.py",
    "commands/test_plugin_measures.py",
    "commands/test_run.py",
    "faults",
    "plugins/models/test_planted_drift.py",
    "plugins/strategies/test_contract.py",
    "plugins/strategies/test_delayed_rates.py",
    "plugins/strategies/test_orderings.py",
    "plugins/strategies/test_over_classes_and_clicks.py",
    "replay/answering/test_matrix.py",
    "replay/measuring/test_meters.py",
    "replay/test_golden.py",
    "reports/test_html_page.py",
    "reports/test_known_truths.py",
    "reports/test_learning_sections.py",
    "reports/test_page_in_browser.py",
    "results/dynamics/test_slowness.py",
    "runs/executors/test_preparation.py",
    "runs/test_race.py",
)
"""Folders and files of which every test is marked slow, besides those that are marked where they stand."""


@pytest.hookimpl(tryfirst=True)  # before pytest leaves out what -m rules out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow, and begin with its files: a long one that begins last would run alone."""
    slow = tuple(TESTS / name for name in SLOW)
    if missing := [str(place) for place in slow if not place.exists()]:
        raise pytest.UsageError(f"SLOW in tests/conftest.py names what does not exist: {', '.join(missing)}")
    for item in items:
        if any(item.path.is_relative_to(place) for place in slow):
            item.add_marker(pytest.mark.slow)
    files = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in files)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real streams next to a checkout; it is not part of the project."""
    folder = Path(os.environ.get("FRESHMARK_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the folder of real streams is missing: set FRESHMARK_TEST_DATA")
    return folder


ML_100K = "recbole/dataset_example/ml-100k/ml-100k.inter"
ML_100K_SHA256 = "4edb74e2a81178c2ba9ff381495f754f996c4aea351b1272ca36b43da0935eff"


@pytest.fixture(scope="session")
def fabricated() -> Any:
    """The module that fabricates run folders. Tests are not a package, so it is loaded from its file."""
    spec = spec_from_file_location("freshmark_fabricated", Path(__file__).parent / "results" / "fabricated.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def ml_100k(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """MovieLens-100K, from a wheel that contains it; its licence keeps it out of this project.

    (100000, 4) text: user, item, rating, seconds; ordered by time, ties as in the file.
    """
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), "recbole==1.2.1"]
    fetched = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if fetched.returncode:
        pytest.skip("no package index is reachable for the wheel that contains MovieLens-100K")
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        text = wheel.read(ML_100K)
    assert hashlib.sha256(text).hexdigest() == ML_100K_SHA256
    rows = np.array([line.split("\t") for line in text.decode("utf-8").splitlines()[1:]])
    return rows[np.argsort(rows[:, 3].astype(float), kind="stable")]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser, for the tests of pages."""
    where = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not where:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=where, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or fills the cache of the person who runs it."""
    monkeypatch.setenv("FRESHMARK_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
