"""A probe of an HTTP provider: a connection, by which nothing is sent."""

from urllib.parse import urlsplit

from triaged.channels import Reach

PORTS = {"https": 443, "http": 80}


def reach_of(url: str) -> Reach:
    """The connection to the server of `url`."""
    parts = urlsplit(url)
    port = parts.port or PORTS[parts.scheme]
    return Reach(parts.hostname or "", port, tls=parts.scheme == "https")
