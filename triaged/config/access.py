"""Listeners and public URL, TLS, tokens and the database of a configuration."""

from collections.abc import Collection, Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from triaged.config import schema
from triaged.config.files import Files
from triaged.config.findings import Findings
from triaged.config.model import Configuration
from triaged.config.schema.server import AuthProxy, Tls
from triaged.config.value_types import Address, show_listen
from triaged.wire import MISSING_SECRET, Secret
from triaged.yamlschema.document import Path
from triaged.yamlschema.schema import none_of

SCOPES = ("admin", "respond", "read", "report", "ingest:*")
INGEST = "ingest:"
LOCAL = "127.0.0.1"


def listeners_of(config: schema.Config, findings: Findings) -> tuple[Address, ...]:
    """The addresses to listen on; an error for one beyond this machine under `auth: none`."""
    listen = config.listen
    listeners = tuple(address for address in _addresses(listen))
    if not listeners:
        findings.wrong(("listen",), "no address: such as 127.0.0.1:9099")
    for index, address in enumerate(listeners):
        path: Path = ("listen", index) if len(listeners) > 1 else ("listen",)
        if address in listeners[:index] and address[1]:
            findings.wrong(path, "the same address as above")
        if config.auth == "none" and not is_loopback(address[0]):
            message = "auth is none: listen on 127.0.0.1 or ::1 only, or set `auth: tokens`"
            findings.wrong(path, message)
    return listeners


def lets_everybody_in(configuration: Configuration, listening: Iterable[Address]) -> str:
    """The reason why a running daemon must not take it; empty: it may."""
    reached = [show_listen(address) for address in listening if not is_loopback(address[0])]
    if configuration.auth != "none" or not reached:
        return ""
    told = f"auth is none, and until it is restarted the daemon listens on {', '.join(reached)}"
    return f"{told}, which others reach: restart it, or set `auth: tokens`"


def _addresses(listen: Address | tuple[Address, ...]) -> tuple[Address, ...]:
    match listen:
        case (str(host), int(port)):
            return ((host, port),)
        case _:
            return tuple(address for address in listen if isinstance(address, tuple))


def is_loopback(host: str) -> bool:
    """True if only this machine reaches it."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def public_url_of(config: schema.Config, listeners: tuple[Address, ...]) -> str:
    """The base of links: as written, else the first listener as this machine sees it."""
    if config.public_url is not None:
        return config.public_url
    host, port = listeners[0] if listeners else (LOCAL, 0)
    if host in ("", "0.0.0.0", "::"):
        host = LOCAL
    host = f"[{host}]" if ":" in host else host
    return f"{'http' if config.tls is None else 'https'}://{host}:{port}"


def auth_proxy_of(config: schema.Config, findings: Findings) -> AuthProxy | None:
    """Users that a proxy has authenticated; an error where no proxy is trusted."""
    if config.auth_proxy is not None and not config.trusted_proxies:
        findings.wrong(("auth_proxy",), "no proxy is believed: name it in `trusted_proxies`")
    return config.auth_proxy


def tls_of(config: schema.Config, files: Files, findings: Findings) -> Tls | None:
    """Paths of the certificate and its key."""
    if config.tls is None:
        return None
    paths: dict[str, str] = {}
    for key, text in msgspec.structs.asdict(config.tls).items():
        if text is not None:
            paths[key], problem = files.readable(text, findings.where(("tls", key)))
            findings.problems += [problem] if problem else []
    return replace(config.tls, **paths)


def tokens_of(config: schema.Config, findings: Findings) -> tuple[schema.Token, ...]:
    """The tokens whose secrets could be read."""
    names: set[str] = set()
    secrets: set[str] = set()
    for index, token in enumerate(config.tokens):
        path: Path = ("tokens", index)
        if token.name in names:
            findings.wrong((*path, "name"), f"a second token named {token.name!r}")
        if token.token is not MISSING_SECRET and token.token.reveal() in secrets:
            findings.wrong(path, f"{token.name}: the same secret as another token's")
        names.add(token.name)
        secrets.add(token.token.reveal())
        if not token.scopes:
            findings.wrong((*path, "scopes"), f"no scope: name some of {', '.join(SCOPES)}")
        for place, scope in enumerate(token.scopes):
            _check_scope(findings, (*path, "scopes", place), scope, findings.names("sources"))
        if token.person is not None:
            findings.refer((*path, "person"), "people", token.person)
    return tuple(token for token in config.tokens if token.token is not MISSING_SECRET)


def _check_scope(findings: Findings, path: Path, scope: str, sources: Collection[str]) -> None:
    known = (*SCOPES, *(INGEST + source for source in sources))
    if scope not in known:
        findings.wrong(path, none_of(scope, known))


def store_of(config: schema.Config, files: Files, findings: Findings) -> str:
    """`sqlite:` and an absolute path, or the PostgreSQL URL; a Secret if it holds a password."""
    scheme, _, rest = config.store.partition(":")
    if scheme == "sqlite" and rest.removeprefix("//") and "\0" not in rest:
        return f"sqlite:{files.store_path(rest.removeprefix('//'))}"
    if scheme in ("postgresql", "postgres") and rest.startswith("//"):
        try:
            password = urlsplit(config.store).password
        except ValueError:
            findings.wrong(("store",), "the PostgreSQL URL cannot be read")
            return config.store
        return Secret(config.store) if password or "password=" in rest else config.store
    findings.wrong(("store",), "expected sqlite:PATH or postgresql://USER@HOST/DATABASE")
    return config.store
