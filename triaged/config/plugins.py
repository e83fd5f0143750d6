"""Sources and channels: their kinds are modules, which say what keys they take."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import msgspec

from triaged.config import schema
from triaged.config.files import Files
from triaged.config.model import Channel, Source
from triaged.config.report import Report
from triaged.core.records.expectations import SOURCE, Expectation
from triaged.core.time.durations import format_duration
from triaged.plugins import kinds, load
from triaged.rules.schema import EVERY_LEAST_US
from triaged.yamlschema.document import Path
from triaged.yamlschema.schema import Options, none_of, shape

INGEST = "triaged.ingest"
CHANNELS = "triaged.channels"

ALWAYS = ("alertmanager", "prometheus", "grafana", "generic")
"""Sources that exist without being listed, each of the kind of its name."""


class Sources(msgspec.Struct, frozen=True):
    """The sources, after which µs their alerts lapse (None: never), and who must not be silent."""

    by_name: Mapping[str, Source]
    stale_after: Mapping[str, int | None]
    expectations: Mapping[str, Expectation]
    """What the sources are expected to send, by name."""


def sources_of(config: schema.Config, files: Files, report: Report) -> Sources:
    """Every source, those that are not listed too."""
    report.check_names("sources")
    written = report.names("sources")
    found = {
        kind: Source(kind, kind, load(INGEST, kind).Settings())
        for kind in ALWAYS
        if kind not in config.sources and kind in written
    }
    stale: dict[str, int | None] = {kind: load(INGEST, kind).STALE_AFTER_US for kind in found}
    for name, source in config.sources.items():
        path: Path = ("sources", name)
        module = _module(report, path, INGEST, source.kind)
        settings = None if module is None else _settings(report, path, module, files, source)
        if module is None or settings is None:
            continue
        for problem in getattr(module, "problems", lambda _: [])(settings):
            report.wrong(_place(report, path, problem), problem)
        found[name] = Source(name, source.kind, settings, source.token_in_url)
        after = module.STALE_AFTER_US if source.stale_after is None else source.stale_after
        if after == 0:
            report.wrong((*path, "stale_after"), "expected some time, or `never`")
        stale[name] = None if after == "never" else after
    return Sources(found, stale, _expectations(config, report))


def _expectations(config: schema.Config, report: Report) -> dict[str, Expectation]:
    expected: dict[str, Expectation] = {}
    for name, source in config.sources.items():
        every_us = source.expect_every
        if every_us is not None and every_us < EVERY_LEAST_US:
            wanted = f"expected at least {format_duration(EVERY_LEAST_US)}"
            report.wrong(("sources", name, "expect_every"), wanted)
        elif every_us is not None:
            expected[SOURCE + name] = Expectation(SOURCE + name, every_us)
    return expected


def channels_of(config: schema.Config, files: Files, report: Report) -> dict[str, Channel]:
    """Every channel."""
    report.check_names("channels")
    found = {}
    for name, channel in config.channels.items():
        path: Path = ("channels", name)
        module = _module(report, path, CHANNELS, channel.kind)
        settings = None if module is None else _settings(report, path, module, files, channel)
        if settings is not None:
            found[name] = Channel(name, channel.kind, settings)
    return found


def may_address(channel: Channel, to: str) -> bool:
    """Whether the channel can send to `to`: its module's `addresses_of`, if any, finds one."""
    addresses_of = getattr(load(CHANNELS, channel.kind), "addresses_of", None)
    return addresses_of is None or bool(addresses_of(to))


def _module(report: Report, path: Path, package: str, kind: str) -> ModuleType | None:
    names = kinds(package)
    if kind not in names:
        report.wrong((*path, "kind"), none_of(kind, names))
        return None
    return load(package, kind)


def _settings(
    report: Report,
    path: Path,
    module: ModuleType,
    files: Files,
    common: schema.Source | schema.Channel,
) -> object:
    also = tuple(msgspec.structs.asdict(common))
    kind: type[Any] = module.Settings
    settings, problems = shape(report.document, kind, path, Options(files.secret, also))
    report.problems += problems
    return settings


def _place(report: Report, path: Path, problem: str) -> Path:
    """Where `fields.labels.host: …` stands."""
    for part in problem.partition(":")[0].split("."):
        if not report.gives((*path, part)):
            break
        path = (*path, part)
    return path
