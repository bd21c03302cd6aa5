"""sql(): the rows of a query as a stream, from any database that SQLAlchemy knows."""

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
IN_A_FILE = ("sqlite", "duckdb")
"""Databases that would make a file where there is none."""


def sql(url: str, query: str, *, as_of: str | None = None, **columns: object) -> Source | Stream:
    """The rows of a query: SQLite, DuckDB, PostgreSQL, MySQL … through SQLAlchemy, the extra ``sql``.

    Rows come a batch at a time, nothing is committed. Give the query an ORDER BY where rows of one time have an order.
    The database is asked anew by every run, for it may have changed; with ``as_of`` it is asked once.

    Args:
        url: as SQLAlchemy has it: ``sqlite:///log.db``, ``duckdb:///log.duckdb``, ``postgresql://host/name``. A plan
            keeps it as it is: leave passwords to the driver's own file, such as ``.pgpass``.
        query: a SELECT.
        as_of: any text, such as a date: the stream is kept under it, and asked for again under another.
        columns: any option of ``file``: ``user='u'``, ``unit='ms'`` …
    """
    options = options_of(**columns)
    check_options(options)
    load = partial(_load, str(url), str(query), options)
    return load() if as_of is None else Source(key_of(options, str(url), str(query), str(as_of)), load)


def _load(url: str, query: str, options: Options) -> Stream:
    from freshmark_datasets.logs.loading import read  # noqa: PLC0415  (pyarrow and pandas)
    from freshmark_datasets.readers.column_batches import ColumnBatches  # noqa: PLC0415

    with _asked(url, query) as (shown, result):
        rows = ColumnBatches(tuple(result.keys()), _batches(result), source=shown, form="rows of a query")
        return read([rows], options, name=f"sql {shown}", about={"source": shown, "query": query})


@contextmanager
def _asked(url: str, query: str) -> Iterator[tuple[str, Any]]:
    """The address without its password, and the open result.

    Raises:
        DataError: there is no such driver or database, or the query is refused.
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
                raise DataError("the query gives no rows", where=shown, remedy="a SELECT", code="FM225")
            yield shown, result
    except ImportError as error:  # the driver, which SQLAlchemy imports
        raise DataError(
            f"no driver: {error}", where=shown, remedy="install the database's driver", code="FM224"
        ) from error
    except alchemy.exc.SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
        raise DataError(
            f"the database refuses: {said[0][:300]}", where=shown, remedy="mend the url or the query", code="FM225"
        ) from error


def _check_file(address: Any, shown: str) -> None:
    """Refuse to make an empty database where there is none."""
    file = address.database
    if address.get_backend_name() in IN_A_FILE and file not in (None, "", ":memory:") and not Path(file).is_file():
        raise DataError("no such database", where=shown, remedy="the path of a database file", code="FM210")


def _forbid_writing(connection: Any, backend: str) -> None:
    if backend == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")


def _batches(result: Any) -> Iterator[Mapping[str, Any]]:
    names = tuple(result.keys())
    for rows in result.partitions(BATCH):
        yield dict(zip(names, zip(*rows, strict=True), strict=True))
