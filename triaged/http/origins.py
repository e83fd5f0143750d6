"""Origin of a request: the browser's site, the host it asks for, the client behind proxies."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from aiohttp import web

from triaged.config.model import Configuration

Network = IPv4Network | IPv6Network
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HOSTS_MAX = 64
"""Host headers remembered: a sender uses one, and asks with each alert."""

HOPS_MAX = 20
"""Entries of X-Forwarded-For that are read: nobody has so many proxies."""


def is_cross_site(request: web.BaseRequest, public_url: str) -> bool:
    """True if a browser sends this unsafe request from a page of another site.

    Browsers say so in Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/), older ones in
    Origin; what is no browser sends neither.
    """
    if request.method in SAFE:
        return False
    headers = request.headers
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("Origin")
    if origin is None:
        return False
    host = origin.partition("://")[2]
    return host not in {request.host, urlsplit(public_url).netloc}


def is_same_origin(request: web.BaseRequest, public_url: str) -> bool:
    """True if a browser says that a page of ours, or its own address bar, sends this request."""
    headers = request.headers
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    host = headers.get("Origin", "").partition("://")[2]
    return bool(host) and host in {request.host, urlsplit(public_url).netloc}


@lru_cache(HOSTS_MAX)
def is_loopback_host(host: str) -> bool:
    """True if a Host header names this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    return address is not None and address.is_loopback


@lru_cache(HOSTS_MAX)
def is_own_host(host: str, public_url: str) -> bool:
    """True if a Host header names us: this machine, an address, or the host of `public_url`.

    A name that somebody else pointed at us (DNS rebinding) is none of them; an address cannot be
    rebound.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    return name == urlsplit(public_url).hostname or _address(name) is not None


def is_refused_host(request: web.BaseRequest, configuration: Configuration) -> bool:
    """True if the request is refused for its Host header, which happens only without tokens."""
    return configuration.auth == "none" and not is_own_host(request.host, configuration.public_url)


def is_from_proxy(request: web.BaseRequest, trusted: Sequence[Network]) -> bool:
    """True if the connection itself comes from a proxy that is trusted."""
    parsed = _address(request.remote or "")
    return parsed is not None and any(parsed in network for network in trusted)


def client_address(request: web.BaseRequest, trusted: Sequence[Network]) -> str:
    """The client's address: the rightmost hop that is none of our proxies."""
    address = request.remote or ""
    hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    for hop in reversed(hops[-HOPS_MAX:]):
        parsed = _address(address)
        if parsed is None or not any(parsed in network for network in trusted):
            return address
        if _address(hop.strip()) is None:
            return address
        address = hop.strip()
    return address


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
