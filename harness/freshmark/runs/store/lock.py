"""One run at a time in a folder; a second one gets an error that names the holder."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from freshmark.errors import StoreError


class FolderLock:
    """Held until it is released or the process ends, in whatever way.

    Raises:
        StoreError: another process holds it.
    """

    def __init__(self, folder: Path) -> None:
        self._file = (folder / ".lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.seek(0)
            holder = self._file.read(200).strip() or "another process"
            self._file.close()
            what = f"the folder is in use by {holder}"
            raise StoreError(
                what, where=str(folder), remedy="wait for it, or choose another with -o", code="FM412"
            ) from error
        self._file.truncate(0)
        self._file.write(f"process {os.getpid()} since {time.strftime('%Y-%m-%d %H:%M:%S')}")
        self._file.flush()

    def release(self) -> None:
        """Release the lock."""
        self._file.truncate(0)
        self._file.close()
