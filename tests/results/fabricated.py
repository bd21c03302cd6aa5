"""A run folder as `freshmark run` writes it, made up: any names, any task, any failure, no replay."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

HOUR = 3_600_000_000
TABLES = """
CREATE TABLE streams(name TEXT PRIMARY KEY, task TEXT, fingerprint TEXT, events TEXT, facts TEXT, drifts TEXT,
  about TEXT, settings TEXT, edges TEXT);
CREATE TABLE cells(key TEXT PRIMARY KEY, position INTEGER, stream TEXT, strategy TEXT, every TEXT, delay TEXT,
  seed INTEGER, status TEXT, reason TEXT, code TEXT, started REAL, seconds REAL, summary TEXT, digests TEXT,
  log_tail TEXT, beside INTEGER);
CREATE TABLE provenance(name TEXT PRIMARY KEY, value TEXT);
"""
PROVENANCE = {
    "freshmark": "0.1.0",
    "python": "3.11.7",
    "command": "freshmark run -d drift() --every 1d",
    "cpu": "two cores",
    "packages": {"numpy": "2.0.0", "torch": "2.4.0"},
}


@dataclass
class MadeStream:
    name: str = "drift(preset='small')"
    task: str = "rank"
    events: int = 4000
    windows: int = 24
    users: int = 300
    items: int = 500
    oracle: bool = True
    drifts: Sequence[dict[str, Any]] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)


@dataclass
class MadeCell:
    strategy: str = "popularity()"
    every: str = "1d"
    skill: float = 0.5
    seed: int = 0
    delay: str = "0s"
    status: str = "ok"
    reason: str = ""
    code: str = ""
    log_tail: str = ""
    beside: int = 0
    update_seconds: float = 0.004
    luck: int = 0
    summary: dict[str, Any] = field(default_factory=dict)
    stream: str = ""


def usual_cells(seeds: int = 1) -> list[MadeCell]:
    """Four strategies at three schedules: updating pays, up to daily; the best is retrain(mf())."""
    skills = {"random()": 0.02, "popularity()": 0.3, "itemknn()": 0.42, "retrain(mf())": 0.55}
    earned = {"never": 0.5, "1d": 1.0, "1h": 1.03}
    cost = {"random()": 1e-5, "popularity()": 0.0004, "itemknn()": 0.006, "retrain(mf())": 0.12}
    return [
        MadeCell(name, every, skill * earned[every], seed=seed, update_seconds=cost[name])
        for name, skill in skills.items()
        for every in earned
        for seed in range(seeds)
    ]


def fabricate(
    folder: Path,
    cells: Sequence[MadeCell] | None = None,
    streams: Sequence[MadeStream] | None = None,
    provenance: dict[str, Any] | None = None,
    version: int = 1,
) -> Path:
    streams = streams or [MadeStream()]
    (folder / "streams").mkdir(parents=True)
    tables = {stream.name: _events(stream) for stream in streams}
    rows = [_stream_row(folder, place, stream, tables[stream.name]) for place, stream in enumerate(streams)]
    database = sqlite3.connect(folder / "run.sqlite")
    database.executescript(f"PRAGMA journal_mode=WAL; PRAGMA user_version={version}; {TABLES}")
    database.executemany(f"INSERT INTO streams VALUES ({','.join('?' * 9)})", rows)
    for place, cell in enumerate(usual_cells() if cells is None else cells):
        stream = next((one for one in streams if one.name == cell.stream), streams[0])
        row = _cell_row(folder, place, cell, stream, tables[stream.name])
        database.execute(f"INSERT INTO cells VALUES ({','.join('?' * 16)})", row)
    facts = (PROVENANCE if provenance is None else provenance).items()
    database.executemany("INSERT INTO provenance VALUES (?, ?)", [(name, json.dumps(value)) for name, value in facts])
    database.commit()
    database.close()
    (folder / "plan.toml").write_text("")
    return folder


def _edges(stream: MadeStream) -> np.ndarray:
    return 1_600_000_000_000_000 + np.arange(stream.windows + 1, dtype=np.int64) * 6 * HOUR


def _events(stream: MadeStream) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    edges = _edges(stream)
    time = np.sort(rng.integers(edges[0], edges[-1], stream.events))
    item = np.minimum(rng.zipf(1.3, stream.events) - 1, stream.items - 1)
    user = rng.integers(0, stream.users, stream.events)
    table = {
        "position": np.arange(stream.events, dtype=np.int64) + 1000,
        "time": time,
        "user": user.astype(np.int32),
        "item": item.astype(np.int32),
        "window": ((time - edges[0]) // (6 * HOUR)).astype(np.int32),
        "candidates": np.full(stream.events, stream.items, np.int32),
        "user_events": _earlier(user),
        "item_events": _earlier(item),
        "head": item < stream.items // 5,
    }
    if stream.task != "rank":
        high = {"click": 2, "rate": 5, "classify": 3}[stream.task]
        label = rng.integers(0, high, stream.events)
        table["label"] = label if stream.task == "classify" else label.astype(np.float64)
    if stream.oracle and stream.task in ("rank", "click"):
        shown = np.ceil(rng.exponential(3, stream.events)) if stream.task == "rank" else 0.2 + 0.6 * table["label"]
        table["oracle"] = np.maximum(shown, 0.0)
    if stream.oracle and stream.task == "classify":
        wrong = np.arange(stream.events) % 10 == 0
        table["oracle"] = np.where(wrong, 0.3, 0.9)
        table["oracle_class"] = np.where(wrong, (table["label"] + 1) % 3, table["label"])
    return table


def _earlier(code: np.ndarray) -> np.ndarray:
    seen: dict[int, int] = {}
    before = np.empty(len(code), np.int32)
    for row, one in enumerate(code.tolist()):
        before[row] = seen.get(one, 0)
        seen[one] = before[row] + 1
    return before


def _stream_row(folder: Path, place: int, stream: MadeStream, table: dict[str, np.ndarray]) -> tuple[Any, ...]:
    path = f"streams/stream-{place}.parquet"
    parquet.write_table(pa.table(table), folder / path)
    settings = {"warmup": 0.3, "window": "6h", "depth": 100, "top": 10, "probes": 200, "batch": 4096}
    facts = {
        "events": stream.events + 1000,
        "users": stream.users,
        "items": stream.items,
        "span_seconds": stream.windows * 6 * 3600.0,
        "ties": 0,
        "duplicates": 0,
        "repeat_share": 0.1,
    }
    about = {"source": "made up", **stream.about}
    texts = [facts | stream.facts, list(stream.drifts), about, settings | stream.settings, _edges(stream).tolist()]
    fingerprint = hashlib.sha256(stream.name.encode()).hexdigest()
    return (stream.name, stream.task, fingerprint, path, *(json.dumps(one) for one in texts))


def _cell_row(
    folder: Path, place: int, cell: MadeCell, stream: MadeStream, events: dict[str, np.ndarray]
) -> tuple[Any, ...]:
    identity = f"{stream.name} {cell.strategy} {cell.every} {cell.delay} {cell.seed}"
    key = hashlib.sha256(identity.encode()).hexdigest()[:16]
    digests: dict[str, str] = {}
    summary: dict[str, Any] = {}
    if cell.status == "ok":
        home = folder / "cells" / key
        home.mkdir(parents=True)
        made = _tables(cell, stream, events, np.random.default_rng(hash_of(identity) + cell.luck))
        for name, table in made.items():
            parquet.write_table(pa.table(table), home / f"{name}.parquet")
            digests[f"{name}.parquet"] = hashlib.sha256((home / f"{name}.parquet").read_bytes()).hexdigest()
        (home / "log.txt").write_text(cell.log_tail)
        summary = _summary(made) | cell.summary
    return (
        key, place, stream.name, cell.strategy, cell.every, cell.delay, cell.seed, cell.status, cell.reason, cell.code,
        1_700_000_000.0 + place, 1.5, json.dumps(summary), json.dumps(digests), cell.log_tail, cell.beside,
    )  # fmt: skip


def hash_of(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def _tables(
    cell: MadeCell, stream: MadeStream, events: dict[str, np.ndarray], rng: np.random.Generator
) -> dict[str, dict[str, np.ndarray]]:
    n, windows, edges = stream.events, stream.windows, _edges(stream)
    count = np.bincount(events["window"], minlength=windows)
    every = {"never": 0, "event": n, "1h": windows * 6, "1d": windows // 4, "1w": windows // 28}.get(cell.every, 50)
    due = np.linspace(edges[0], edges[-1], every + 1)[1:].astype(np.int64) if every else np.empty(0, np.int64)
    seconds = cell.update_seconds * rng.uniform(0.8, 1.4, every + 1)
    window = np.clip(np.searchsorted(edges, np.append(edges[0], due), "right") - 1, 0, windows - 1).astype(np.int32)
    made = np.bincount(window[1:], minlength=windows)
    per_window = np.bincount(window[1:], weights=seconds[1:], minlength=windows)
    wave = rng.normal(1, 0.02, windows)
    outcomes = _outcomes(cell, stream, events, wave, rng)
    frames = {
        "outcomes": {**outcomes, "age": rng.integers(0, HOUR, n)},
        "windows": {
            "window": np.arange(windows, dtype=np.int32),
            "begin": edges[:-1],
            "end": edges[1:],
            "events": count.astype(np.int64),
            "updates": made.astype(np.int64),
            "update_seconds": per_window,
            "update_cpu_seconds": per_window * 0.9,
            "answer_seconds": count * 2e-5,
            "rss_bytes": 2e8 + np.arange(windows) * 1e5,
            "state_bytes": np.full(windows, 4.0e5),
            "changed_bytes": np.where(made > 0, 1e4, np.nan),
            "gc_seconds": np.zeros(windows),
        },
        "updates": {
            "fit": np.arange(every + 1) == 0,
            "due": np.append(edges[0], due),
            "live": np.append(edges[0], due),
            "window": window,
            "events": np.full(every + 1, n // (every + 1), np.int64),
            "seconds": seconds,
            "cpu_seconds": seconds * 0.9,
            "first": np.arange(every + 1) <= 1,
        },
        "latencies": {
            "window": np.repeat(np.arange(windows, dtype=np.int32), 40),
            "position": np.arange(windows * 40, dtype=np.int64) + 1000,
            "seconds": rng.lognormal(np.log(2e-4 * (1 + 10 * cell.update_seconds)), 0.3, windows * 40),
            "first": np.arange(windows * 40) == 0,
        },
    }
    if stream.task == "rank":
        frames["windows"] |= {
            "coverage": rng.uniform(0.1, 0.3, windows),
            "novelty": rng.uniform(5, 8, windows),
            "popularity_share": rng.uniform(0.3, 0.6, windows),
        }
    return frames


def _outcomes(
    cell: MadeCell, stream: MadeStream, events: dict[str, np.ndarray], wave: np.ndarray, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    n = stream.events
    if stream.task == "rank":
        hit = rng.random(n) < cell.skill * wave[events["window"]]
        rank = np.where(hit, rng.integers(1, 11, n), rng.integers(11, stream.items, n)).astype(np.float64)
        rank[rng.random(n) < 0.05] = np.inf
        return {"rank": rank}
    label = events["label"]
    if stream.task == "rate":
        return {"prediction": label + rng.normal(0, 1.5 - cell.skill, n)}
    if stream.task == "click":
        noise = rng.normal(0, 1, n) + (2 * label - 1) * 2 * cell.skill
        return {"prediction": 1 / (1 + np.exp(-noise))}
    right = rng.random(n) < cell.skill
    predicted = np.where(right, label, (label + 1) % 3)
    return {"prediction": np.where(right, 0.7, 0.2), "predicted": predicted}


def _summary(made: dict[str, dict[str, np.ndarray]]) -> dict[str, Any]:
    updates = made["updates"]
    return {
        "start_rss_bytes": 1.5e8,
        "peak_rss_bytes": 6.0e7 + 1e9 * float(updates["seconds"][0]),
        "state_bytes": 4.0e5,
        "fit_seconds": float(updates["seconds"][0]),
        "update_seconds": float(updates["seconds"][1:].sum()),
        "answer_seconds": float(made["windows"]["answer_seconds"].sum()),
        "fit_cpu_seconds": float(updates["cpu_seconds"][0]),
        "update_cpu_seconds": float(updates["cpu_seconds"][1:].sum()),
        "answer_cpu_seconds": float(made["windows"]["answer_seconds"].sum()),
        "growth_bytes_per_million_events": 1e6,
        "threads": 1,
        "draws": 0.0,
    }
