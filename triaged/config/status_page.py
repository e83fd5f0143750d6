"""The status page of a configuration."""

import re

from triaged.channels.email import address_of
from triaged.config import schema
from triaged.config.files import Files
from triaged.config.findings import Findings
from triaged.config.model import Channel
from triaged.config.schema.status import StatusComponent
from triaged.config.schema.status import StatusPage as Written
from triaged.core.records.practice.status_settings import PageComponent, StatusPage
from triaged.yamlschema.document import Path

SECTION = "status_page"
NAME_MAX = 100
COMPONENTS_MAX = 100
"""Components: a page with more is read by nobody, and its first screen says nothing."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def status_page_of(
    config: schema.Config,
    channels: dict[str, Channel],
    files: Files,
    findings: Findings,
    public_url: str,
) -> StatusPage | None:
    """The status page; None: there is none."""
    written = config.status_page
    if written is None:
        return None
    _check(findings, written)
    subscribers = written.subscribers
    if subscribers is not None:
        _check_channel(findings, subscribers.channel, channels)
        if subscribers.sender is not None and not address_of(subscribers.sender):
            wanted = "expected an address such as status@example.org"
            findings.wrong((SECTION, "subscribers", "from"), wanted)
    return StatusPage(
        name=written.name,
        url=written.url or f"{public_url}/status",
        timezone=written.timezone or config.timezone,
        clock=written.clock,
        language=written.language,
        components=_components(config, written, findings),
        auto=written.auto,
        uptime=written.uptime,
        links=written.links,
        contact=written.contact,
        channel=subscribers.channel if subscribers else "",
        sender=(subscribers.sender or "") if subscribers else "",
        export=files.store_path(written.export) if written.export else "",
    )


def _check(findings: Findings, written: Written) -> None:
    if not 0 < len(written.name) <= NAME_MAX or not written.name.isprintable():
        findings.wrong((SECTION, "name"), f"expected a name of 1 to {NAME_MAX} characters")
    if not _LANGUAGE.fullmatch(written.language):
        findings.wrong((SECTION, "language"), "expected a language such as en or de-CH")
    if not written.contact.isprintable():
        findings.wrong((SECTION, "contact"), "expected one line of text")


def _check_channel(findings: Findings, name: str, channels: dict[str, Channel]) -> None:
    path: Path = (SECTION, "subscribers", "channel")
    if not findings.refer(path, "channels", name):
        return
    channel = channels.get(name)
    if channel is not None and channel.kind != "email":
        findings.wrong(path, f"{name} is of kind {channel.kind}: subscribers need kind email")


def _components(
    config: schema.Config, written: Written, findings: Findings
) -> tuple[PageComponent, ...]:
    path: Path = (SECTION, "components")
    given = written.components
    if given is None:
        given = {name: StatusComponent() for name in config.services}
    else:
        findings.check_names(SECTION, "components")
    if len(given) > COMPONENTS_MAX:
        findings.wrong(path, f"at most {COMPONENTS_MAX} components: put them together")
    found = []
    groups: list[str] = []
    for key, one in given.items():
        services = (key,) if one.services is None else one.services
        if written.components is not None:
            _check_services(findings, (*path, key), one, key)
        if one.group in groups and groups[-1] != one.group:
            findings.wrong((*path, key, "group"), f"put it behind the others of {one.group!r}")
        groups.append(one.group)
        found.append(PageComponent(key, one.name or key, one.description, one.group, services))
    return tuple(found)


def _check_services(findings: Findings, path: Path, one: StatusComponent, key: str) -> None:
    if one.services is None:
        if key not in findings.names("services"):
            text = f"no service is named {key}: say whose incidents concern it in `services`"
            findings.wrong(path, text, key=True)
        return
    for index, service in enumerate(one.services):
        findings.refer((*path, "services", index), "services", service)
