"""One daemon per store: a lock on a file beside it, which names who has it."""

import fcntl
import os
from pathlib import Path

from triaged.errors import StoreMismatch


def take_lock(path: Path) -> int:
    """Lock `<path>.lock` for this process; `StoreMismatch` names the process that has it."""
    descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 20).decode().strip() or "unknown"
        os.close(descriptor)
        raise StoreMismatch(f"{path} is in use by process {holder}; stop it first") from None
    length = os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    os.ftruncate(descriptor, length)  # afterwards: a full disk has room for what was there
    return descriptor
