"""Sources, channels and integrations: their kinds are modules, which say what keys they take."""

from collections.abc import Mapping

import msgspec

from triaged.channels.contract import (
    CHANNELS,
    Addressed,
    Advised,
    CalledBack,
    ChannelKind,
    Confirmed,
    Edited,
    Executing,
    Polled,
)
from triaged.config import schema
from triaged.config.files import Files
from triaged.config.findings import Findings
from triaged.config.model import Channel, Integration, Source
from triaged.core.records.expectations import SOURCE, Expectation
from triaged.core.settings import Integrations
from triaged.core.time.durations import format_duration
from triaged.ingest.contract import SOURCES, CheckedSettings, SourceKind
from triaged.integrations.contract import (
    INTEGRATIONS,
    IntegrationKind,
    Rooms,
    StatusPage,
    Tracker,
)
from triaged.plugins import OpenSet
from triaged.rules.schema import EVERY_LEAST_US
from triaged.yamlschema.document import Path
from triaged.yamlschema.schema import Options, none_of, shape

ALWAYS = ("alertmanager", "prometheus", "grafana", "generic")
"""Sources that exist without being listed, each of the kind of its name."""


class Sources(msgspec.Struct, frozen=True):
    """The sources, after which µs their alerts lapse (None: never), and who must not be silent."""

    by_name: Mapping[str, Source]
    stale_after: Mapping[str, int | None]
    expectations: Mapping[str, Expectation]
    """Expectations of what the sources send, by name."""


def sources_of(config: schema.Config, files: Files, findings: Findings) -> Sources:
    """Every source, those that are not listed too."""
    findings.check_names("sources")
    written = findings.names("sources")
    found = {
        kind: Source(kind, kind, SOURCES.load(kind).Settings())
        for kind in ALWAYS
        if kind not in config.sources and kind in written
    }
    stale = {kind: SOURCES.load(kind).STALE_AFTER_US for kind in found}
    for name, source in config.sources.items():
        path: Path = ("sources", name)
        settings = _settings(findings, path, SOURCES, files, source)
        if settings is None:
            continue
        kind = SOURCES.load(source.kind)
        for problem in kind.problems(settings) if isinstance(kind, CheckedSettings) else ():
            findings.wrong(_place(findings, path, problem), problem)
        found[name] = Source(name, source.kind, settings, source.token_in_url)
        after = kind.STALE_AFTER_US if source.stale_after is None else source.stale_after
        if after == 0:
            findings.wrong((*path, "stale_after"), "expected some time, or `never`")
        stale[name] = None if after == "never" else after
    return Sources(found, stale, _expectations(config, findings))


def _expectations(config: schema.Config, findings: Findings) -> dict[str, Expectation]:
    expected: dict[str, Expectation] = {}
    for name, source in config.sources.items():
        every_us = source.expect_every
        if every_us is not None and every_us < EVERY_LEAST_US:
            wanted = f"expected at least {format_duration(EVERY_LEAST_US)}"
            findings.wrong(("sources", name, "expect_every"), wanted)
        elif every_us is not None:
            expected[SOURCE + name] = Expectation(SOURCE + name, every_us)
    return expected


def channels_of(config: schema.Config, files: Files, findings: Findings) -> dict[str, Channel]:
    """Every channel."""
    findings.check_names("channels")
    found = {}
    for name, channel in config.channels.items():
        path: Path = ("channels", name)
        settings = _settings(findings, path, CHANNELS, files, channel)
        if settings is None:
            continue
        found[name] = Channel(name, channel.kind, settings)
        kind = CHANNELS.load(channel.kind)
        for advice in kind.advice(settings) if isinstance(kind, Advised) else ():
            findings.warn(_place(findings, path, advice), advice)
        if isinstance(kind, Executing) and not config.allow_exec:
            message = "it runs a program: `allow_exec: true` in this file has to permit that"
            findings.wrong((*path, "kind"), message)
    return found


def confirmed_channels(channels: Mapping[str, Channel]) -> frozenset[str]:
    """The channels whose providers are asked what became of a message."""
    kinds = {name: CHANNELS.load(channel.kind) for name, channel in channels.items()}
    return frozenset(name for name, kind in kinds.items() if isinstance(kind, Confirmed))


def edited_channels(channels: Mapping[str, Channel]) -> frozenset[str]:
    """The channels whose messages can be edited."""
    kinds = {name: CHANNELS.load(channel.kind) for name, channel in channels.items()}
    return frozenset(name for name, kind in kinds.items() if isinstance(kind, Edited))


def heard_channels(channels: Mapping[str, Channel]) -> frozenset[str]:
    """The channels whose providers tell what people and messages do."""
    kinds = {name: CHANNELS.load(channel.kind) for name, channel in channels.items()}
    return frozenset(name for name, kind in kinds.items() if isinstance(kind, CalledBack | Polled))


def integrations_of(
    config: schema.Config, files: Files, findings: Findings
) -> dict[str, Integration]:
    """Every integration. Calls come to `/callbacks/<name>`: no channel has the same name."""
    findings.check_names("integrations")
    for name in sorted(set(config.integrations) & set(config.channels)):
        message = f"a channel is called {name}, too: /callbacks/{name} would be both"
        findings.wrong(("integrations", name), message)
    found = {}
    for name, integration in config.integrations.items():
        path: Path = ("integrations", name)
        settings = _settings(findings, path, INTEGRATIONS, files, integration)
        if settings is not None:
            found[name] = Integration(name, integration.kind, settings)
    return found


def integration_names(
    config: schema.Config, integrations: Mapping[str, Integration], findings: Findings
) -> Integrations:
    """The integrations by what they do."""
    loaded = {name: INTEGRATIONS.load(each.kind) for name, each in integrations.items()}
    trackers = tuple(name for name, kind in loaded.items() if isinstance(kind, Tracker))
    named: list[tuple[Path, str | None]] = [(("tracker",), config.tracker)]
    named += [(("teams", name, "tracker"), team.tracker) for name, team in config.teams.items()]
    for path, name in named:
        if name is None or not findings.refer(path, "integrations", name):
            continue
        if name in loaded and name not in trackers:
            kind = config.integrations[name].kind
            findings.wrong(path, f"{name} is of kind {kind}, which keeps no issues")
    alone = trackers[0] if len(trackers) == 1 else None
    return Integrations(
        trackers=trackers,
        rooms=tuple(name for name, kind in loaded.items() if isinstance(kind, Rooms)),
        status_pages=tuple(name for name, kind in loaded.items() if isinstance(kind, StatusPage)),
        tracker=config.tracker or alone,
        call=config.call,
    )


def may_address(channel: Channel, to: str | None = None) -> bool:
    """True if the channel can send to the address `to`, or to its own address."""
    kind = CHANNELS.load(channel.kind)
    if not isinstance(kind, Addressed):
        return True
    return bool(kind.addresses_of(kind.own_address(channel.settings) if to is None else to))


def _settings(
    findings: Findings,
    path: Path,
    available: OpenSet[SourceKind] | OpenSet[ChannelKind] | OpenSet[IntegrationKind],
    files: Files,
    given: schema.Source | schema.Channel | schema.Integration,
) -> object | None:
    """The settings of the kind that `given` names; None: what is wrong is reported."""
    if given.kind not in available.kinds:
        findings.wrong((*path, "kind"), none_of(given.kind, available.kinds))
        return None
    also = tuple(msgspec.structs.asdict(given))
    type_ = available.load(given.kind).Settings
    settings: object | None
    settings, problems = shape(findings.document, type_, path, Options(files.secret, also))
    findings.problems += problems
    return settings


def _place(findings: Findings, path: Path, problem: str) -> Path:
    """The path to the setting that a problem such as `fields.labels.host: …` names."""
    for part in problem.partition(":")[0].split("."):
        if not findings.gives((*path, part)):
            break
        path = (*path, part)
    return path
