"""Notifications to systemd, and the sockets that it passes.

sd_notify: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
socket activation: https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html
"""

import socket
from collections.abc import Mapping, MutableMapping

FIRST_PASSED_FD = 3


def notify(environment: Mapping[str, str], *fields: str) -> bool:
    """Send `READY=1`, `STATUS=…` and the like; False where systemd does not listen."""
    path = environment.get("NOTIFY_SOCKET")
    if not path:
        return False
    if path.startswith("@"):  # an abstract socket
        path = "\0" + path[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.connect(path)
            channel.sendall("\n".join(fields).encode())
    except OSError:  # what we do must not depend on who watches
        return False
    return True


def watchdog_us(environment: Mapping[str, str], pid: int) -> int | None:
    """The longest interval between `WATCHDOG=1`s, in µs; None: systemd does not watch us."""
    if environment.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    text = environment.get("WATCHDOG_USEC", "")
    return int(text) if text.isdigit() and int(text) > 0 else None


def passed_sockets(environment: MutableMapping[str, str], pid: int) -> list[socket.socket]:
    """The listening sockets that systemd opened for us, ready for asyncio; given only once."""
    count = environment.pop("LISTEN_FDS", "")
    if environment.pop("LISTEN_PID", "") != str(pid) or not count.isdigit():
        return []
    sockets = [socket.socket(fileno=FIRST_PASSED_FD + n) for n in range(int(count))]
    for passed in sockets:
        passed.settimeout(0)
    return sockets
