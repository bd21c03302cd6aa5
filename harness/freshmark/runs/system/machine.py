"""Provenance: the machine and the software of a run. No user, host, environment value or home folder."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from freshmark.results.redaction import redact
from freshmark.runs.system.isolation import ENVIRONMENT
from freshmark.version import __version__

PACKAGES = (
    "freshmark", "numpy", "torch", "numba", "llvmlite", "pandas", "pyarrow", "seaborn", "matplotlib", "scipy",
    "pluggy", "jinja2", "typer", "rich", "platformdirs", "pooch",
)  # fmt: skip
"""Distributions whose version may change a number or a figure; distributions with plugins are added."""


def provenance() -> dict[str, Any]:
    """Facts about this machine and installation, as JSON."""
    return {
        "freshmark": __version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "libc": " ".join(platform.libc_ver()),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "usable_cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "load_average": list(os.getloadavg()),
        "threads": {name: int(value) for name, value in ENVIRONMENT.items() if name.endswith("_THREADS")},
        "packages": _packages(),
        "git": git_state(Path.cwd()),
        "command": redact(" ".join(["freshmark" if _is_script(sys.argv[0]) else sys.argv[0], *sys.argv[1:]])),
    }


def file_digests(files: Iterable[Path]) -> dict[str, str]:
    """File name → sha256: the plugin files of a run."""
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in files}


def git_state(folder: Path) -> dict[str, Any] | None:
    """Commit of the checkout that the folder lies in, and whether files were changed; None outside a checkout."""
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    return {"commit": commit, "changed": bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))}


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        completed = subprocess.run(  # noqa: S603  (fixed arguments)
            ["git", *arguments],  # noqa: S607  (the git on the user's PATH)
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return completed.stdout.strip()


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
        if line.startswith(("model name", "Model", "Hardware")):
            return line.partition(":")[2].strip()
    return platform.machine()


def _packages() -> dict[str, str]:
    """Name → version; that of torch includes the build, ``2.13.0+cpu``."""
    versions = {}
    for distribution in distributions():
        name = str(distribution.metadata["Name"] or "").lower()
        if name in PACKAGES or any(point.group == "freshmark" for point in distribution.entry_points):
            versions[name] = distribution.version
    return dict(sorted(versions.items()))


def _is_script(path: str) -> bool:
    return Path(path).name in ("freshmark", "__main__.py")
