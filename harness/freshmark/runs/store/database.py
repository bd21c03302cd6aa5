"""The SQLite file of a run folder: opened, brought to this version's schema, its failures raised as StoreError."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from freshmark.errors import StoreError
from freshmark.results.stored.folder import SCHEMA

_TABLES = """
CREATE TABLE streams(
    name TEXT PRIMARY KEY, task TEXT, fingerprint TEXT, events TEXT, facts TEXT, drifts TEXT, about TEXT,
    settings TEXT, edges TEXT
);
CREATE TABLE cells(
    key TEXT PRIMARY KEY, position INTEGER, stream TEXT, strategy TEXT, every TEXT, delay TEXT, seed INTEGER,
    status TEXT, reason TEXT, code TEXT, started REAL, seconds REAL, summary TEXT, digests TEXT, log_tail TEXT,
    beside INTEGER
);
CREATE TABLE provenance(name TEXT PRIMARY KEY, value TEXT);
"""

_TUNING = """
CREATE TABLE IF NOT EXISTS trials(
    key TEXT, number INTEGER, stream TEXT, strategy TEXT, every TEXT, delay TEXT, expression TEXT, "values" TEXT,
    state TEXT, reason TEXT, metric TEXT, value REAL, windows TEXT, cpu_seconds REAL, seconds REAL, updates INTEGER,
    begin INTEGER, PRIMARY KEY(key, number)
);
CREATE TABLE IF NOT EXISTS tunings(
    key TEXT PRIMARY KEY, stream TEXT, strategy TEXT, every TEXT, delay TEXT, chosen TEXT, metric TEXT, trials INTEGER,
    pruned INTEGER, failed INTEGER, cpu_seconds REAL, default_value REAL, value REAL, updates INTEGER, begin INTEGER
);
"""
"""Tables that older folders lack. No older version reads them, so the schema keeps its number."""

MIGRATIONS: Mapping[int, str] = {}
"""SQL that turns schema n into schema n + 1. Schema 1 is the first."""


def open_database(folder: Path) -> sqlite3.Connection:
    """Open the run.sqlite of this folder, created if it does not exist; a commit is on disk when it returns.

    Raises:
        StoreError: it is damaged, of a newer version, or cannot be written.
    """
    with store_errors(folder):
        database = sqlite3.connect(folder / "run.sqlite")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        version = int(database.execute("PRAGMA user_version").fetchone()[0])
        if version == 0 and not database.execute("SELECT 1 FROM sqlite_master").fetchone():
            database.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {SCHEMA}; COMMIT;")
            version = SCHEMA
        while version in MIGRATIONS:
            database.executescript(f"BEGIN; {MIGRATIONS[version]}; PRAGMA user_version = {version + 1}; COMMIT;")
            version += 1
        if version == SCHEMA:
            database.executescript(_TUNING)
        else:
            database.close()
            age = "a newer" if version > SCHEMA else "another"
            what = f"the folder was written by {age} version (schema {version}, this is {SCHEMA})"
            raise StoreError(what, where=str(folder), remedy="use that version, or another folder", code="FM404")
        return database


@contextmanager
def store_errors(folder: Path) -> Iterator[None]:
    """Raise a StoreError for a full disk or a damaged file. What was committed stays."""
    remedy = "free some space, and run the same command again"
    where = str(folder / "run.sqlite")
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreError(f"the run cannot be written: {error}", where=where, remedy=remedy, code="FM411") from error
    except sqlite3.DatabaseError as error:
        what = f"the run cannot be read: {error}"
        raise StoreError(what, where=where, remedy="use another folder", code="FM402") from error
    except OSError as error:
        what = f"the run cannot be written: {error.strerror}"
        raise StoreError(what, where=str(folder), remedy=remedy, code="FM411") from error
