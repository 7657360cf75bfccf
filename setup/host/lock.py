"""Locks between our own commands, so that two of them can run at once."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from . import say


@contextlib.contextmanager
def exclusive(path: Path, waiting_for: str) -> Iterator[None]:
    """Hold a file lock; say so when another command has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say.line(f"  … waiting: another command {waiting_for}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


class Shared:
    """A lock that many commands hold; the last one to leave is told so."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._fd, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Give the lock back. True when nobody else holds it."""
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            last = True
        except BlockingIOError:
            last = False
        return last

    def close(self) -> None:
        """Close the file, which ends the lock."""
        os.close(self._fd)
