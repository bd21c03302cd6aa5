"""sql(): the rows of a query as a stream, from any database that SQLAlchemy supports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from freshmark import DataError, Source, Stream

from freshmark_datasets.extras import extra
from freshmark_datasets.logs.checked_options import check_options, options_of
from freshmark_datasets.logs.file import key_of
from freshmark_datasets.readers.options import Options

BATCH = 100_000
FILE_BACKENDS = ("sqlite", "duckdb")
"""Databases that silently create a missing file."""


def sql(url: str, query: str, *, as_of: str | None = None, **columns: object) -> Source | Stream:
    """The rows of a query: SQLite, DuckDB, PostgreSQL, MySQL … through SQLAlchemy (extra ``sql``).

    Rows are fetched in batches, nothing is committed. Give the query an ORDER BY if rows of one time have an order.
    Every run queries the database again, for it may have changed; with ``as_of`` the stream is cached.

    Args:
        url: in SQLAlchemy's form: ``sqlite:///log.db``, ``duckdb:///log.duckdb``, ``postgresql://host/name``. A plan
            stores it as it is: leave passwords to the driver's own file, such as ``.pgpass``.
        query: a SELECT.
        as_of: any text, such as a date: the stream is cached under it, and queried again under another.
        columns: any option of ``file``: ``user='u'``, ``unit='ms'`` …
    """
    options = options_of(**columns)
    check_options(options)
    load = partial(_load, str(url), str(query), options)
    return load() if as_of is None else Source(key_of(options, str(url), str(query), str(as_of)), load)


def _load(url: str, query: str, options: Options) -> Stream:
    from freshmark_datasets.logs.loading import read  # noqa: PLC0415  (pyarrow and pandas)
    from freshmark_datasets.readers.column_batches import ColumnBatches  # noqa: PLC0415

    with _query(url, query) as (shown, result):
        rows = ColumnBatches(tuple(result.keys()), _batches(result), source=shown, form="rows of a query")
        return read([rows], options, name=f"sql {shown}", about={"source": shown, "query": query})


@contextmanager
def _query(url: str, query: str) -> Iterator[tuple[str, Any]]:
    """The address without its password, and the open result.

    Raises:
        DataError: the driver or database does not exist, or the query fails.
    """
    alchemy = extra("sqlalchemy", "sql")
    shown = "the database"
    try:
        address = alchemy.make_url(url)
        shown = address.render_as_string(hide_password=True)
        _check_file(address, shown)
        engine = alchemy.create_engine(address, poolclass=alchemy.pool.NullPool)
        with engine.connect() as connection:
            _forbid_writing(connection, address.get_backend_name())
            reading = connection.execution_options(stream_results=True, yield_per=BATCH, no_parameters=True)
            result = reading.exec_driver_sql(query)
            if not result.returns_rows:
                raise DataError("the query returns no rows", where=shown, remedy="a SELECT", code="FM225")
            yield shown, result
    except ImportError as error:  # the driver, which SQLAlchemy imports
        raise DataError(
            f"the driver is not installed: {error}", where=shown, remedy="install the database's driver", code="FM224"
        ) from error
    except alchemy.exc.SQLAlchemyError as error:
        lines = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
        raise DataError(
            f"the database refuses: {lines[0][:300]}", where=shown, remedy="correct the url or the query", code="FM225"
        ) from error


def _check_file(address: Any, shown: str) -> None:
    """Refuse to create an empty database."""
    file = address.database
    if address.get_backend_name() in FILE_BACKENDS and file not in (None, "", ":memory:") and not Path(file).is_file():
        raise DataError("no such database", where=shown, remedy="the path of a database file", code="FM210")


def _forbid_writing(connection: Any, backend: str) -> None:
    if backend == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")


def _batches(result: Any) -> Iterator[Mapping[str, Any]]:
    names = tuple(result.keys())
    for rows in result.partitions(BATCH):
        yield dict(zip(names, zip(*rows, strict=True), strict=True))
