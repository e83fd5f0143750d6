"""DiskReserve on the disk: enough to take alerts in, and some held back for what must not stop.

Without room nothing can be written, and then nobody is paged, because a page is claimed in the
store before it is sent. So new alerts are refused before the disk is full, while acknowledgements,
escalations and pages go on; and if others fill it all the same, a file that was kept for that
purpose makes room for these (docs/decisions/0017).
"""

import errno
import os
from collections.abc import Callable
from pathlib import Path

FREE_MIN_BYTES = 64 << 20
"""Below that alerts are refused: as much as the log of SQLite takes before it is used again."""

RESERVE_BYTES = 16 << 20
"""Acknowledgements, escalations and pages of some thousand incidents."""

Free = Callable[[Path], int]


def free_bytes(folder: Path) -> int:
    """The bytes that this process may still write on the disk of `folder`. Raises OSError."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


class DiskReserve:
    """The free space beside the store at `path`, and the file that holds some of it back."""

    def __init__(self, path: Path, free: Free = free_bytes) -> None:
        self.nearly_full = False
        """True if there is too little room to take alerts in."""
        self._reserve = Path(f"{path}.reserve")
        self._free = free

    def look(self) -> None:
        """See what is free, and hold some back while there is enough. Reads and writes the disk."""
        try:
            enough = FREE_MIN_BYTES
            if self.nearly_full or not self._held:
                enough += RESERVE_BYTES  # it is not over with the next file that somebody deletes
            self.nearly_full = self._free(self._reserve.parent) < enough or not self._hold()
        except OSError:
            self.nearly_full = False  # nobody can tell: the store will

    def give(self) -> None:
        """The disk is full: let what must not stop have what was held back."""
        self.nearly_full = True
        self.let_go()

    def let_go(self) -> None:
        """Hold nothing back until the next look: what comes first must not stop."""
        self._reserve.unlink(missing_ok=True)

    @property
    def _held(self) -> bool:
        return self._reserve.exists() and self._reserve.stat().st_size == RESERVE_BYTES

    def _hold(self) -> bool:
        """Write the file, unless it is there; False: there is no room for it."""
        if self._held:
            return True
        descriptor = os.open(self._reserve, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        except OSError as error:
            self.let_go()
            return error.errno not in (errno.ENOSPC, errno.EDQUOT)  # it may be unable to reserve
        finally:
            os.close(descriptor)
        return True
