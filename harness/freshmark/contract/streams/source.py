"""Source: a stream that is not built yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from freshmark.contract.streams.stream import Stream


@dataclass(frozen=True, slots=True)
class Source:
    """A stream that is built on demand, so that the result can be cached on disk.

    key: changes whenever the stream would: digest of the source, every option, version of the code
    load: builds the stream
    """

    key: str
    load: Callable[[], Stream]
