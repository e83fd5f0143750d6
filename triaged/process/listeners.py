"""Open the API's listeners: addresses of the configuration, or sockets that systemd opened."""

import ssl
from collections.abc import MutableMapping

from aiohttp import web

from triaged.config.model import Configuration
from triaged.config.schema.server import Tls
from triaged.process.systemd import passed_sockets

BACKLOG = 512
"""An Alertmanager that flushes all its groups opens a connection for each."""


async def listen(
    runner: web.ServerRunner,
    configuration: Configuration,
    environment: MutableMapping[str, str],
    pid: int,
) -> tuple[str, ...]:
    """Open every listener; their addresses as URLs."""
    context = None if configuration.tls is None else tls_context(configuration.tls)
    passed = passed_sockets(environment, pid)
    for socket in passed:
        await web.SockSite(runner, socket, ssl_context=context, backlog=BACKLOG).start()
    if not passed:
        for host, port in configuration.listen:
            site = web.TCPSite(runner, host, port, ssl_context=context, backlog=BACKLOG)
            await site.start()
    scheme = "http" if context is None else "https"
    return tuple(_url(scheme, address) for address in runner.addresses)


def _url(scheme: str, address: tuple[object, ...] | str) -> str:
    if isinstance(address, str):
        return f"{scheme}+unix:{address}"
    host = f"[{address[0]}]" if ":" in str(address[0]) else address[0]
    return f"{scheme}://{host}:{address[1]}"


def tls_context(tls: Tls) -> ssl.SSLContext:
    """TLS 1.2 and up with the configured certificate; a client CA makes it mutual."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls.cert_file, tls.key_file)
    if tls.client_ca_file is not None:
        context.load_verify_locations(tls.client_ca_file)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
