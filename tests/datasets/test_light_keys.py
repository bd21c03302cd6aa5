"""The key of a stream is made without what only reading needs, so that a stream that is kept costs no second."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"pandas", "pyarrow", "pooch", "torch", "numba", "seaborn"}


@pytest.mark.parametrize(
    "built",
    [
        "from freshmark_datasets.logs.file import file; file({log!r}, user=0, item=1, time=2)",
        "from freshmark_datasets import register_datasets; register_datasets()['movielens']('25m')",
        "from freshmark_datasets import register_datasets; register_datasets()['gowalla'](path={log!r})",
        "from freshmark_datasets.logs.folder import folder; folder({folder!r}, '*.csv')",
        "import freshmark_datasets; freshmark_datasets.register_datasets()",
    ],
)
def test_a_key_imports_nothing_heavy(tmp_path, built):
    (tmp_path / "log.csv").write_text("1,2,3\n")
    code = f"import sys; {built.format(log=str(tmp_path / 'log.csv'), folder=str(tmp_path))}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & {name.split(".")[0] for name in done.stdout.split()}


def test_every_name_that_is_offered_is_there():
    code = (
        "import freshmark_datasets, importlib\n"
        "for place in freshmark_datasets.register_datasets().values():\n"
        "    if isinstance(place, str):\n"
        "        module, name = place.split(':'); getattr(importlib.import_module(module), name)\n"
        "print(*freshmark_datasets.register_datasets())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = set(done.stdout.split())
    assert {"drift", "clicks", "file", "folder", "sql", "huggingface", "movietweetings", "movielens"} <= names
    assert {"criteo", "amazon-2018", "mind", "netflix"} <= names
