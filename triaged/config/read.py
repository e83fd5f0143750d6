"""Read config.yaml and the rules, check everything, and make the daemon's configuration."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from triaged.config import schema
from triaged.config.access import (
    auth_proxy_of,
    listeners_of,
    public_url_of,
    store_of,
    tls_of,
    tokens_of,
)
from triaged.config.feeds import feeds_of
from triaged.config.files import Files, MissingSecret
from triaged.config.findings import Findings
from triaged.config.holidays import places_of
from triaged.config.limits import exporters_of, flap_limit_of, storm_limit_of
from triaged.config.mail_in import mail_in_of
from triaged.config.model import Channel, Configuration, Integration
from triaged.config.people import (
    OFFICE,
    calendars_of,
    people_of,
    schedules_of,
    services_of,
    teams_of,
)
from triaged.config.plugins import (
    ALWAYS,
    Sources,
    channels_of,
    confirmed_channels,
    edited_channels,
    heard_channels,
    integration_names,
    integrations_of,
    sources_of,
)
from triaged.config.policies import policies_of, severities_of
from triaged.config.review import weekly_review_of
from triaged.config.rule_files import RuleFile, RuleFiles, rule_file
from triaged.config.status_page import status_page_of
from triaged.config.value_types import Address
from triaged.core.records.labels import Exporters
from triaged.core.settings import Settings
from triaged.core.time.calendars import Calendar
from triaged.errors import Problem
from triaged.rules.evaluate import RuleSet
from triaged.rules.expecting import expectations_of, expected_of
from triaged.rules.read import RuleContext, read_rules
from triaged.yamlschema.document import Document, YieldPoint, never_yield, parse
from triaged.yamlschema.schema import Options, shape

EXIST_ALWAYS = {"sources": ALWAYS, "calendars": (OFFICE,)}


class Loaded(msgspec.Struct, frozen=True):
    """A configuration, and all problems in it, in the order of the files.

    Without `configuration` config.yaml has errors. With one, rules may have errors and secrets'
    files be missing: it is `unusable` then, but its store can be worked on.
    """

    configuration: Configuration | None
    problems: tuple[Problem, ...]
    document: Document | None = None
    """Positions in config.yaml; None: it has errors."""

    @property
    def unusable(self) -> bool:
        """True if a daemon must not run on it."""
        return self.configuration is None or any(
            not problem.warning or isinstance(problem, MissingSecret) for problem in self.problems
        )

    @property
    def bad_rule_files(self) -> dict[str, list[Problem]]:
        """The errors of each rule file that has any, where nothing but rule files is wrong."""
        if self.configuration is None:
            return {}
        paths = {file.path for file in self.configuration.rule_files.files}
        found: dict[str, list[Problem]] = {}
        for problem in self.problems:
            if isinstance(problem, MissingSecret):
                return {}
            if not problem.warning:
                found.setdefault(file_of(problem), []).append(problem)
        return found if found.keys() <= paths else {}


def load(
    path: Path,
    environment: Mapping[str, str],
    rules: tuple[str, ...] = (),
    yield_point: YieldPoint = never_yield,
    instead: Mapping[str, bytes] | None = None,
) -> Loaded:
    """Read the configuration at `path`; `environment` is the process's.

    Where there are `rules`, these patterns count instead of the ones in the file. `yield_point` is
    called every few hundred µs. `instead` has texts that count in place of rule files, by path.
    """
    files = Files(path, environment, yield_point, instead)
    text = files.text(path)
    if isinstance(text, Problem):
        return Loaded(None, (text,))
    document = parse(str(path), text)
    options = Options(secret=files.secret, partial=True)
    config, problems = shape(document, schema.Config, (), options)
    findings = Findings(document, EXIST_ALWAYS, options.left_out)
    findings.problems += [*document.problems, *problems]
    if config is None:
        return Loaded(None, in_order(findings.problems))
    if rules:
        config = replace(config, rules=rules)
    configuration, of_rules = _build(config, files, findings)
    is_good = all(problem.warning for problem in findings.problems)
    problems = [*findings.problems, *of_rules]
    if not is_good:
        return Loaded(None, in_order(problems))
    return Loaded(configuration, in_order(problems), document)


class _Parts(msgspec.Struct, frozen=True):
    """Parts of a configuration that several others are checked against or made of."""

    listeners: tuple[Address, ...]
    public_url: str
    sources: Sources
    channels: dict[str, Channel]
    integrations: dict[str, Integration]
    calendars: dict[str, Calendar]
    exporters: Exporters
    rules: RuleSet
    rule_files: tuple[RuleFile, ...]


def _build(
    config: schema.Config, files: Files, findings: Findings
) -> tuple[Configuration, list[Problem]]:
    parts, problems = _parts(config, files, findings)
    configuration = Configuration(
        listen=parts.listeners,
        public_url=parts.public_url,
        auth=config.auth,
        public=frozenset(config.public),
        tls=tls_of(config, files, findings),
        trusted_proxies=config.trusted_proxies,
        auth_proxy=auth_proxy_of(config, findings),
        store=store_of(config, files, findings),
        retention=config.retention,
        max_body=config.max_body,
        timezone=config.timezone,
        log=config.log,
        watch=config.watch,
        tokens=tokens_of(config, findings),
        sources=parts.sources.by_name,
        channels=parts.channels,
        integrations=parts.integrations,
        mail_in=mail_in_of(config, findings),
        feeds=feeds_of(config, files, findings),
        holiday_places=places_of(config),
        settings=_settings(config, files, findings, parts),
        rule_files=RuleFiles(config.rules, parts.rule_files, config.allow_empty),
        files=tuple(dict.fromkeys(files.seen)),
    )
    return configuration, problems


def _parts(config: schema.Config, files: Files, findings: Findings) -> tuple[_Parts, list[Problem]]:
    listeners = listeners_of(config, findings)
    calendars = calendars_of(config, findings)
    context = _rule_context(config, files, findings, calendars)
    documents, rule_files = _rule_documents(config, files, findings)
    rules, problems = read_rules(documents, context)
    parts = _Parts(
        listeners=listeners,
        public_url=public_url_of(config, listeners),
        sources=sources_of(config, files, findings),
        channels=channels_of(config, files, findings),
        integrations=integrations_of(config, files, findings),
        calendars=calendars,
        exporters=context.exporters,
        rules=rules,
        rule_files=rule_files,
    )
    return parts, problems


def _settings(config: schema.Config, files: Files, findings: Findings, parts: _Parts) -> Settings:
    rules, channels = parts.rules, parts.channels
    return Settings(
        severities=severities_of(config, parts.calendars, findings),
        people=people_of(config, channels, findings),
        schedules=schedules_of(config, findings),
        policies=policies_of(config, channels, findings),
        rules=rules,
        muters=rules.muters,
        teams=teams_of(config, findings),
        services=services_of(config, findings),
        channels=frozenset(channels),
        replies_to=(config.mail_in.replies_to or "") if config.mail_in else "",
        edited=edited_channels(channels),
        confirmed=confirmed_channels(channels),
        heard=heard_channels(channels),
        console=next((one.name for one in channels.values() if one.kind == "console"), ""),
        stale_after=parts.sources.stale_after,
        expectations={**expectations_of(rules.rules), **parts.sources.expectations},
        expected=expected_of(rules),
        unclassified=config.unclassified,
        at_risk=config.at_risk,
        reopen_within=config.reopen_within,
        confirm_contacts=config.confirm_contacts,
        report_within=config.report_within,
        join_quiet=config.join_quiet,
        silence_max=config.silence_max,
        storm=storm_limit_of(config, findings),
        flapping=flap_limit_of(config, findings),
        working_days=parts.calendars[OFFICE],
        calendars=parts.calendars,
        weekly_review=weekly_review_of(config, channels, findings),
        status_page=status_page_of(config, channels, files, findings, parts.public_url),
        timezone=config.timezone,
        public_url=parts.public_url,
        act_links=config.act_links,
        exporters=parts.exporters,
        integrations=integration_names(config, parts.integrations, findings),
    )


def _rule_context(
    config: schema.Config, files: Files, findings: Findings, calendars: Mapping[str, Calendar]
) -> RuleContext:
    return RuleContext(
        calendars=calendars,
        services=frozenset(findings.names("services")),
        teams=frozenset(findings.names("teams")),
        policies=frozenset(findings.names("policies")),
        sources=frozenset(findings.names("sources")),
        timezone=config.timezone,
        exporters=exporters_of(config, findings),
        beside=files.beside,
        yield_point=files.yield_point,
    )


def _rule_documents(
    config: schema.Config, files: Files, findings: Findings
) -> tuple[list[Document], tuple[RuleFile, ...]]:
    documents: dict[Path, Document] = {}
    rule_files: list[RuleFile] = []
    for index, pattern in enumerate(config.rules):
        found, not_files = files.matching(pattern)
        for message in not_files:
            findings.wrong(("rules", index), message)
        if not found and not not_files:
            message = f"no rule file is named {pattern}: what no rule classifies is "
            findings.warn(("rules", index), message + config.unclassified.value)
        for path in found:
            text = files.rules(path)
            if isinstance(text, Problem):
                findings.problems.append(text)
            elif path not in documents:
                documents[path] = parse(str(path), text, files.yield_point)
                rule_files.append(rule_file(str(path), pattern, text, documents[path]))
    return list(documents.values()), tuple(rule_files)


def file_of(problem: Problem) -> str:
    """The file that a problem is in."""
    return _place_of(problem)[0]


def _place_of(problem: Problem) -> tuple[str, int, int]:
    name, *rest = problem.where.rsplit(":", 2)
    if len(rest) == 2 and all(map(str.isdigit, rest)):
        return name, int(rest[0]), int(rest[1])
    return problem.where, 0, 0


def in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Each once, file by file, from top to bottom."""
    names: dict[str, int] = {}

    def place(problem: Problem) -> tuple[int, int, int]:
        name, line, column = _place_of(problem)
        return names.setdefault(name, len(names)), line, column

    return tuple(sorted(dict.fromkeys(problems), key=place))
