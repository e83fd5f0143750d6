"""Senders: the origin of the address that a sender gives of itself."""

from functools import lru_cache
from urllib.parse import urlsplit

SENDER_MAX = 200
"""Characters of a sender that are kept: scheme, host and port have fewer."""

MEMO_MAX = 4_096
"""Addresses remembered: a server's alerts have one for each rule."""


@lru_cache(maxsize=MEMO_MAX)
def origin_of(url: str) -> str:
    """`http://paris:9090` of `http://paris:9090/graph?…`; empty where there is no host."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if not host or parts.scheme not in {"http", "https"}:
        return ""
    origin = f"{parts.scheme}://[{host}]" if ":" in host else f"{parts.scheme}://{host}"
    return (origin if port is None else f"{origin}:{port}")[:SENDER_MAX]
