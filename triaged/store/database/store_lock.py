"""One process per PostgreSQL store: a session lock on a connection of its own.

The server lets go of the lock when the connection ends, so a process that died is in nobody's way.
The lock guards what is not ready for several daemons, such as the release of leases at the start;
what batches decide is right without it (`store/batch_locks.py`). So it is checked every few seconds
and not in each transaction. Through a pooler that shares sessions it does not hold: triaged needs a
direct connection.
"""

import asyncio
import os
import socket
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import asyncpg
import msgspec
import structlog

from triaged.errors import StoreMismatch, StoreUnavailable

CONNECT_S = 5
CHECK_S = 5
"""Interval at which the connection is tried; a server that vanished is noticed so late."""

PAUSE_S = 0.5
"""After an attempt to get the lock again failed, who asks meanwhile hears the same."""

SETTINGS = {
    "lock_timeout": "1s",  # a process that has just died is gone from the server by then
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "5000",
}
"""The server ends the session of a machine that has vanished within a quarter of a minute."""

LOCK_CLASS = 0x74726961
"""`tria`: the first half of the lock's number; the second half is the schema's name."""

NUMBER = f"{LOCK_CLASS}, hashtext(current_schema())"
TAKE = f"SELECT pg_advisory_lock({NUMBER})"
OURSELVES = "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
END = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE pid = $1 AND backend_start = $2"""
HOLDER = f"""SELECT a.pid, a.backend_start, a.application_name
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {LOCK_CLASS}
        AND l.objid::bigint = hashtext(current_schema())::bigint & 4294967295
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"""

log = structlog.get_logger()


class Session(msgspec.Struct, frozen=True):
    """A session of the server, which it never mistakes for another."""

    pid: int
    began_at: datetime


class StoreLock:
    """The lock, which is taken anew when its connection was lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None
        self._session: Session | None = None
        self._checked_at = 0.0
        self._failed_at: float | None = None
        self._turn = asyncio.Lock()

    async def take(self) -> None:
        """Take the lock; `StoreMismatch` names the process that has it."""
        name = f"triaged {os.getpid()}@{socket.gethostname()}"[:63]
        connection = await asyncpg.connect(
            self._url,
            timeout=CONNECT_S,
            command_timeout=CONNECT_S,
            server_settings={"application_name": name, **SETTINGS},
        )
        try:
            if self._session is not None:  # which the server may still take for alive
                await connection.execute(END, self._session.pid, self._session.began_at)
            await connection.execute(TAKE)
            self._session = Session(*await connection.fetchrow(OURSELVES))
        except asyncpg.LockNotAvailableError:
            holder = _holder(await connection.fetchrow(HOLDER))
            connection.terminate()
            raise StoreMismatch(f"this PostgreSQL is in use by {holder}; stop it first") from None
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection
        self._checked_at = asyncio.get_running_loop().time()

    async def keep(self) -> None:
        """See that the lock is ours still, or ours again; `StoreUnavailable` where it is not.

        A daemon that lost it to another one refuses everything until the other is gone.
        """
        if self._is_fresh():
            return
        async with self._turn:
            if self._is_fresh():
                return
            clock = asyncio.get_running_loop().time
            if self._failed_at is not None and clock() < self._failed_at + PAUSE_S:
                raise StoreUnavailable("the lock of this PostgreSQL is lost")
            try:
                await self._regain()
            except BaseException:
                self._failed_at = clock()
                raise
            self._failed_at = None

    def _is_fresh(self) -> bool:
        if self._connection is None or self._connection.is_closed():
            return False
        return asyncio.get_running_loop().time() < self._checked_at + CHECK_S

    async def _regain(self) -> None:
        if self._connection is not None and not self._connection.is_closed():
            try:
                await self._connection.execute("SELECT 1")
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
                log.info("store_lock.connection_lost", reason=str(error) or type(error).__name__)
                self._connection.terminate()
            else:
                self._checked_at = asyncio.get_running_loop().time()
                return
        try:
            await self.take()
        except StoreMismatch as error:
            raise StoreUnavailable(str(error)) from error
        log.warning("store_lock.regained")

    async def release(self) -> None:
        """Let another process have the lock at once."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            await connection.execute("SELECT pg_advisory_unlock_all()", timeout=1)
        connection.terminate()


def _holder(row: Any) -> str:
    """`triaged 71@db1 since 2026-11-30T20:35:46Z`, as far as the server says who it is."""
    if row is None:
        return "another process"
    _, began_at, name = row
    since = f" since {began_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if began_at else ""
    return f"{name or 'another process'}{since}"
