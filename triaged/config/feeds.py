"""Calendars that are read for schedules: their sources, checked."""

from importlib.util import find_spec

from triaged.config import schema
from triaged.config.files import Files
from triaged.config.findings import Findings
from triaged.config.model import Feed
from triaged.config.schema import people as schema_people
from triaged.config.value_types import parse_feed_url
from triaged.core.records.duty.overrides import Layer
from triaged.core.time.durations import DAY, MINUTE
from triaged.errors import Problem
from triaged.wire import MISSING_SECRET, Secret
from triaged.yamlschema.document import Path

EVERY_MIN, EVERY_MAX = MINUTE, DAY
LIBRARIES = ("icalendar", "recurring_ical_events", "x_wr_timezone")
MISSING = "a calendar feed needs the extra `calendar`: pip install 'triaged[calendar]'"


class MissingFeed(Problem, frozen=True):
    """The file of a feed is not there. The daemon goes on, and says so when it reads the feed."""


Source = Secret | schema_people.Feed
KINDS: dict[str, Layer] = {"ical": "primary", "ical_override": "override"}


def feeds_of(config: schema.Config, files: Files, findings: Findings) -> dict[str, Feed]:
    """The feeds of all schedules, by name."""
    found = {}
    missing = any(find_spec(name) is None for name in LIBRARIES)
    for name, schedule in config.schedules.items():
        for key, layer in KINDS.items():
            source: Source | None = getattr(schedule, key)
            if source is None:
                continue
            path: Path = ("schedules", name, key)
            if missing:
                findings.wrong(path, MISSING, key=True)
            url, file, every_us = _source(source, path, files, findings)
            feed = Feed(
                name=name if layer == "primary" else f"{name}/{layer}",
                schedule=name,
                layer=layer,
                timezone=schedule.timezone or config.timezone,
                every_us=every_us,
                url=url,
                file=None if file is None else files.located(file),
            )
            found[feed.name] = feed
    return found


def _source(
    source: Source, path: Path, files: Files, findings: Findings
) -> tuple[Secret | None, str | None, int]:
    if isinstance(source, Secret):
        return source, None, schema_people.Feed().every
    if (source.url is None) == (source.file is None):
        findings.wrong(path, "set one of url, url_file and file: where the calendar is")
    if not EVERY_MIN <= source.every <= EVERY_MAX:
        findings.wrong((*path, "every"), "a calendar is read every 1m to 24h")
    if source.file is not None and not files.located(source.file).is_file():
        where = findings.where((*path, "file"))
        message = f"{source.file} is no file, or cannot be read"
        findings.problems.append(MissingFeed(where, message, warning=True))
    return _address(source.url, path, findings), source.file, source.every


def _address(url: Secret | None, path: Path, findings: Findings) -> Secret | None:
    if url is None or url is MISSING_SECRET:
        return url
    try:
        return parse_feed_url(url.reveal())
    except ValueError as error:
        key = "url" if findings.gives((*path, "url")) else "url_file"
        findings.wrong((*path, key), str(error))
        return None
