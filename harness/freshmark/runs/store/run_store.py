"""The run folder: planned cells and their results. SQLite for states, Parquet for rows; one writer, named by a lock.

A cell is acknowledged by one committed row, written after its files are on disk under their names. A cell that is
not acknowledged is measured again; one that is, never.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from freshmark.errors import StoreError
from freshmark.results.redaction import redact
from freshmark.runs.jobs import JobResult
from freshmark.runs.plan.plan import Plan
from freshmark.runs.plan.toml import write_plan
from freshmark.runs.store.database import open_database, store_errors
from freshmark.runs.store.lock import FolderLock
from freshmark.runs.store.tunings import Tunings
from freshmark.runs.system.logs import last_lines


@dataclass(frozen=True, slots=True)
class Planned:
    """A cell of a run: its key and what the key identifies.

    stream: the name of the stream in the folder
    """

    key: str
    position: int
    stream: str
    strategy: str
    every: str
    delay: str
    seed: int

    @property
    def row_and_seed(self) -> tuple[str, str, str, str, int]:
        """Stream, strategy, every, delay, seed."""
        return self.stream, self.strategy, self.every, self.delay, self.seed


_TIMED = frozenset({"windows.parquet", "updates.parquet", "latencies.parquet"})

_ENTER = """
INSERT INTO cells(key, position, stream, strategy, every, delay, seed, status) VALUES(?, ?, ?, ?, ?, ?, ?, 'queued')
ON CONFLICT(key) DO UPDATE SET position = excluded.position
"""
_FINISH = """
UPDATE cells SET status = ?, reason = ?, code = ?, started = ?, seconds = ?, summary = ?, digests = ?, log_tail = ?,
beside = ? WHERE key = ?
"""
_TWIN = """
SELECT key FROM cells WHERE stream = ? AND strategy = ? AND every = ? AND delay = ? AND seed = ? AND key <> ?
"""
_ROW = "SELECT key FROM cells WHERE stream = ? AND strategy = ? AND every = ? AND delay = ?"


class Store:
    """A run folder, held for writing.

    tunings: the trials of its rows

    Raises:
        StoreError: another process holds it, or it cannot be written, is damaged, or is of a newer version.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cells_folder = folder / "cells"
        try:
            _check_contents(folder)
            self.cells_folder.mkdir(parents=True, exist_ok=True)
            self._lock = FolderLock(folder)
        except OSError as error:
            what = f"the folder cannot be written: {error.strerror}"
            raise StoreError(what, where=str(folder), remedy="choose another folder with -o", code="FM410") from error
        try:
            for leftover in (*folder.glob("*/.tmp-*"),):
                shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
            self._database = open_database(folder)
            self.tunings = Tunings(self._database, folder)
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._database.close()
        self._lock.release()

    def write_plan(self, plan: Plan) -> None:
        """Write the plan next to its results, replacing the one of an earlier run."""
        partial = self.folder / ".tmp-plan.toml"
        with store_errors(self.folder):
            write_plan(plan, partial)
            partial.replace(self.folder / "plan.toml")

    def streams(self) -> dict[str, dict[str, Any]]:
        """Name → fingerprint and settings of the streams in the folder."""
        with store_errors(self.folder):
            rows = self._database.execute("SELECT name, fingerprint, settings FROM streams").fetchall()
        return {name: {"fingerprint": print_, "settings": json.loads(settings)} for name, print_, settings in rows}

    def add_stream(self, name: str, record: Mapping[str, Any]) -> None:
        """Add the record of a stream; its table of test events is already at ``record["events"]``."""
        columns = ("name", "task", "fingerprint", "events", "facts", "drifts", "about", "settings", "edges")
        texts = ("name", "task", "fingerprint", "events")
        row = {"name": name, **{key: record[key] for key in columns[1:]}}
        self._write(
            f"INSERT OR REPLACE INTO streams({', '.join(columns)}) VALUES({', '.join('?' * len(columns))})",
            [row[key] if key in texts else json.dumps(row[key], ensure_ascii=False) for key in columns],
        )

    def queue(self, cells: Sequence[Planned], *, done: set[str] | None = None) -> set[str]:
        """Queue the cells of a plan, and return the keys of those that are not in ``done`` (default: ``finished()``).

        A cell of the same stream, strategy, schedule and seed under another key was measured with other code. The new
        one replaces it.
        """
        done = self.finished() if done is None else done
        with store_errors(self.folder), self._database as database:
            database.execute("UPDATE cells SET status = 'interrupted' WHERE status IN ('running', 'queued')")
            for cell in cells:
                identity = (cell.stream, cell.strategy, cell.every, cell.delay, cell.seed)
                self._drop(row[0] for row in database.execute(_TWIN, (*identity, cell.key)).fetchall())
                database.execute(_ENTER, (cell.key, cell.position, *identity))
                if cell.key not in done:
                    database.execute("UPDATE cells SET status = 'queued', reason = '' WHERE key = ?", (cell.key,))
        return {cell.key for cell in cells} - done

    def drop(self, stream: str, strategy: str, every: str, delay: str) -> None:
        """Remove the cells of a row that tuning no longer chooses."""
        row = (stream, strategy, every, delay)
        with store_errors(self.folder), self._database as database:
            self._drop(one[0] for one in database.execute(_ROW, row).fetchall())

    def _drop(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._database.execute("DELETE FROM cells WHERE key = ?", (key,))
            shutil.rmtree(self.cells_folder / key, ignore_errors=True)

    def start(self, key: str) -> None:
        """Mark a cell as running."""
        self._write("UPDATE cells SET status = 'running', started = ? WHERE key = ?", (time.time(), key))

    def finish(self, key: str, result: JobResult) -> None:
        """Acknowledge the result of a cell. When this returns, the result survives a power failure."""
        folder = self.cells_folder / key
        log = result.log.encode("utf-8", "surrogateescape")
        with store_errors(self.folder):
            partial = folder.with_name(f".tmp-{key}")
            if partial.exists():
                shutil.rmtree(partial)
            if result.status != "ok" and folder.exists():
                shutil.rmtree(folder)
            folder.mkdir(exist_ok=True)
            (folder / "log.txt").write_bytes(log)
        self._write(
            _FINISH,
            (
                result.status,
                redact(result.reason),
                result.code,
                result.started,
                result.seconds,
                json.dumps(result.result.get("summary", {})),
                json.dumps(result.result.get("digests", {})),
                redact(last_lines(log)),
                result.concurrent,
                key,
            ),
        )

    def retime(self, key: str, result: JobResult, measured: Path) -> bool:
        """Replace a cell by this measurement of it, if that has the same outcomes; returns whether it has.

        Until it does, the cell is as it was; if this is interrupted, the cell is measured once more.
        """
        with store_errors(self.folder):
            (known,) = self._database.execute("SELECT digests FROM cells WHERE key = ?", (key,)).fetchone()
            new = dict(result.result.get("digests", {}))
            if result.status != "ok" or _untimed(new) != _untimed(json.loads(known)):
                shutil.rmtree(measured, ignore_errors=True)
                return False
            shutil.rmtree(self.cells_folder / key)
            measured.rename(self.cells_folder / key)
        self.finish(key, result)
        return True

    def statuses(self, keys: Sequence[str]) -> list[str]:
        """The status of each of these cells."""
        with store_errors(self.folder):
            rows = dict(self._database.execute("SELECT key, status FROM cells").fetchall())
        return [rows[key] for key in keys]

    def record(self, facts: Mapping[str, Any]) -> None:
        """Add provenance: name → any JSON value."""
        with store_errors(self.folder), self._database as database:
            for name, value in facts.items():
                text = json.dumps(value, ensure_ascii=False)
                database.execute("INSERT OR REPLACE INTO provenance VALUES(?, ?)", (name, text))

    def recorded(self, name: str) -> Any:
        """A fact of the provenance; None if it was not recorded."""
        with store_errors(self.folder):
            row = self._database.execute("SELECT value FROM provenance WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def finished(self) -> set[str]:
        """Keys of the cells that need no measuring: the digest of every file is the one that was acknowledged."""
        with store_errors(self.folder):
            rows = self._database.execute("SELECT key, digests FROM cells WHERE status = 'ok'").fetchall()
        return {key for key, digests in rows if self._intact(key, json.loads(digests))}

    def _intact(self, key: str, digests: Mapping[str, str]) -> bool:
        for name, digest in digests.items():
            file = self.cells_folder / key / name
            if not file.is_file() or sha256(file.read_bytes()).hexdigest() != digest:
                return False
        return bool(digests)

    def _write(self, sql: str, values: Sequence[Any]) -> None:
        with store_errors(self.folder), self._database as database:
            database.execute(sql, values)


def _untimed(digests: Mapping[str, str]) -> dict[str, str]:
    """Of the tables without durations, which are equal whenever a cell is measured."""
    return {name: digest for name, digest in digests.items() if name not in _TIMED}


def _check_contents(folder: Path) -> None:
    """Raise a StoreError if the folder contains anything but a run."""
    if (
        folder.is_dir()
        and not (folder / "run.sqlite").exists()
        and any(not _from_a_run(path) for path in folder.iterdir())
    ):
        what = "the folder contains files that are not from a run"
        raise StoreError(what, where=str(folder), remedy="choose a new folder with -o", code="FM414")


def _from_a_run(path: Path) -> bool:
    """Whether a run that was killed early may have left it."""
    return path.name in (".lock", "cells", "streams")
