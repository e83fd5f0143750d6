"""Guard for addresses that came through the API: they must not lead into a private network.

The check is made where the socket is made, so it sees the address that is really connected to,
whatever the name resolved to and however the number was written.
"""

import errno
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

FORBIDDEN = "forbidden address"
"""The beginning of the error text, by which `is_forbidden` recognizes it."""

PORT_FIRST_FREE = 1024
PORTS = frozenset({80, 443})
"""Below 1024 live mail, name and file servers that a forged request could talk to."""

NOT_OURS = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments, parts of which count as global
        "192.88.99.0/24",  # 6to4 relays
        "224.0.0.0/4",  # multicast
        "::/96",  # IPv4-compatible
        "64:ff9b::/96",  # NAT64: leads to any IPv4 address
        "64:ff9b:1::/48",
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4: leads to any IPv4 address
        "fec0::/10",  # site-local
        "ff00::/8",  # multicast
    )
)
"""Forbidden networks that `is_global` lets through."""

AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]
"""(family, type, protocol, canonical name, socket address), as `getaddrinfo` gives it."""


def refusal(host: str, port: int) -> str | None:
    """Why a guarded request may not connect to this address; None: it may."""
    address: IPv4Address | IPv6Address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if not address.is_global or any(address in network for network in NOT_OURS):
        return f"{FORBIDDEN}: {address} is not on the public Internet"
    if port < PORT_FIRST_FREE and port not in PORTS:
        return f"{FORBIDDEN}: port {port} is neither 80, 443 nor above 1023"
    return None


def guarded_socket(info: AddressInfo) -> socket.socket:
    """A socket for `info`; OSError (EACCES) when `refusal` says so."""
    family, kind, protocol, _, address = info
    why = refusal(str(address[0]), int(address[1]))
    if why is not None:
        raise OSError(errno.EACCES, why)
    made = socket.socket(family=family, type=kind, proto=protocol)
    made.setblocking(False)  # noqa: FBT003 - the signature of sockets
    return made


def is_forbidden(error: BaseException) -> bool:
    """True if `guarded_socket` refused the connection."""
    return FORBIDDEN in str(error)
