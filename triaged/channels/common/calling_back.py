"""The address at which a provider calls us back."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlencode, urlsplit

from triaged.channels import Notice

HOME = (".local", ".localhost", ".internal", ".lan", ".home.arpa")
"""Ends of names that nobody outside can look up."""


def callback_url(notice: Notice, query: Mapping[str, str] | None = None) -> str:
    """The address for call-backs about a notice; empty where nobody outside could reach us."""
    if not is_public(notice.public_url):
        return ""
    url = f"{notice.public_url.rstrip('/')}/callbacks/{notice.page.channel}"
    return f"{url}?{urlencode(query)}" if query else url


def is_public(url: str) -> bool:
    """True if the host of `url` may be one that the internet reaches."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(HOME)
