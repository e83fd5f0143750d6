"""Connections to servers by name, and our own name on them."""

import asyncio
import re
import socket
import ssl

from triaged.channels import NoAnswer, Reach, Reached
from triaged.core.text.wording import clean
from triaged.delivery.carriers.resolver import Resolver

ADDRESS_S = 3.0
"""Time limit for an address when others remain: one that drops packets must not use it all up."""

ERROR_MAX = 200
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_FULL_NAME = re.compile(rf"(?=.{{4,253}}$){_LABEL}(?:\.{_LABEL})+", re.ASCII)


async def connected(resolver: Resolver, host: str, port: int) -> socket.socket:
    """A socket that is connected to the first of the addresses of `host` that answers; OSError."""
    found = await resolver.resolve(host, port, socket.AF_UNSPEC)
    for address in found[:-1]:
        try:
            async with asyncio.timeout(ADDRESS_S):
                return await _connected(address["family"], (address["host"], port))
        except OSError:  # TimeoutError is one
            continue
    return await _connected(found[-1]["family"], (found[-1]["host"], port))


async def reach(resolver: Resolver, wanted: Reach) -> Reached | NoAnswer:
    """Connect, with verified TLS where it is asked for, and close the connection."""
    try:
        async with asyncio.timeout(wanted.timeout_s):
            sock = await connected(resolver, wanted.host, wanted.port)
            tls = ssl.create_default_context() if wanted.tls else None
            name = wanted.host if wanted.tls else None
            _, writer = await asyncio.open_connection(sock=sock, ssl=tls, server_hostname=name)
    except TimeoutError:
        return NoAnswer(f"no connection within {wanted.timeout_s:g} s", timed_out=True)
    except OSError as error:
        return NoAnswer(clean(str(error) or type(error).__name__, ERROR_MAX))
    writer.close()
    return Reached()


async def _connected(family: int, address: tuple[str, int]) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setblocking(False)  # noqa: FBT003 - the signature of sockets
    try:
        await asyncio.get_running_loop().sock_connect(made, address)
    except BaseException:
        made.close()
        raise
    return made


def name_of(sock: socket.socket, host_name: str | None = None) -> str:
    """The name of this machine for EHLO; nothing is looked up.

    Its name if that is a full one, else the address of the connection
    (https://www.rfc-editor.org/rfc/rfc5321#section-4.1.3): strict servers refuse a bare name.
    """
    name = (socket.gethostname() if host_name is None else host_name).rstrip(".")
    if _FULL_NAME.fullmatch(name.lower()):
        return name
    address = sock.getsockname()[0].partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
