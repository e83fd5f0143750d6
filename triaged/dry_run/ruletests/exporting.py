"""An incident that happened as a test of rules: what came in, what people did, what came of it."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from triaged.core.muting.muters import Muter
from triaged.core.records.actors import rule_named
from triaged.core.records.history import Act, What, acts_of
from triaged.core.records.model import LIVE, ChainedEntry, Reason
from triaged.core.text.alert_documents import EpisodeDocument, SilenceDocument
from triaged.core.text.document import IncidentDocument, PageDocument
from triaged.core.text.entry_document import EntryDocument
from triaged.core.time.durations import SECOND, format_duration
from triaged.dry_run.ruletests.compiling import ALERTS_MAX, UNTIL_MAX_US
from triaged.dry_run.ruletests.tests_schema import SOURCE, format_offset, parse_instant
from triaged.ingest.common.fingerprint import fingerprint
from triaged.yamlschema.emit import flow, scalar

TOLERANCE_US = 5 * SECOND
"""A daemon's timers fire within a second of their instants, and the next ones count from then."""

OUTSIDE: Mapping[str, str] = {
    "page.failed": "in a test every provider accepts",
    "incident.bundled": "the storm is not in the test",
}
"""Entries about what decided over pages and is not in the test."""

BY_ITSELF = frozenset({Reason.NOT_SEEN, Reason.QUARANTINE, Reason.STORM})
"""Causes of incidents that neither an alert nor a person opened."""

REGROUPED = frozenset({"incident.merged", "incident.split"})
"""Acts of people that move alerts between incidents, of which an export has one alone."""

VERBS: Mapping[What, str] = {"acknowledge": "ack", "unacknowledge": "unack"}
"""Acts that tests call otherwise than histories do."""

Written = dict[str, object]
"""A map as it will stand in the test."""


class IncidentExport(msgspec.Struct, frozen=True):
    """An incident with all that belongs to it, as the API answers."""

    incident: IncidentDocument
    timeline: tuple[EntryDocument, ...]
    pages: tuple[PageDocument, ...]
    episodes: tuple[EpisodeDocument, ...]
    silences: tuple[SilenceDocument, ...] = ()


def _chained(entry: EntryDocument, seq: int) -> ChainedEntry:
    """The entry as the store has it, in this place of the timeline."""
    at = parse_instant(entry.recorded_at)
    return ChainedEntry(0, seq, at, at, entry.kind, entry.actor, entry.text, entry.data, "")


def muters_of(timeline: Sequence[EntryDocument]) -> list[str]:
    """The muters of an incident at any time, as `silence:<id>` or `maintenance:<name>`."""
    told = [entry.data.get("by") for entry in timeline if entry.kind == "incident.muted"]
    return [str(name) for names in told if isinstance(names, list) for name in names]


def exported(answers: object) -> str:
    """The file of one test; `answers` has the API's JSON under `IncidentExport`'s names.

    ValueError: triaged itself opened the incident, and nothing that came in can do it again;
    msgspec.ValidationError: the answers are not those of an API that we know.
    """
    export = msgspec.convert(answers, IncidentExport)
    for entry in export.timeline:
        reason = entry.data.get("reason")
        if entry.kind == "incident.opened" and reason in BY_ITSELF:
            raise ValueError(f"no alert opened {export.incident.id} ({reason}): it is no test")
        if entry.kind in REGROUPED:
            raise ValueError(f"{export.incident.id}: {entry.text}; a test has no such act")
    return _TestWriter(export).text()


class _TestWriter:
    """Instants as offsets from the opening."""

    def __init__(self, export: IncidentExport) -> None:
        self._export = export
        self._start_at = parse_instant(export.incident.opened_at)
        self._remarks = [f"{export.incident.id} as it happened: `triaged test FILE` runs it."]

    def text(self) -> str:
        """The whole file."""
        incident = self._export.incident
        inputs, acts, expect = list(self._inputs()), list(self._acts()), self._expect()
        until_us = min(self._until_us(), UNTIL_MAX_US)
        lines = [
            "tests:",
            f"  - name: {scalar(f'{incident.id} {incident.title}')}",
            f"    at: {incident.opened_at}",
            *_list("input", inputs),
            *_list("silences", list(self._silences())),
            *_list("do", acts),
            f"    until: {format_offset(until_us)}",
            "    expect:",
            *(f"      {name}: {flow(value)}" for name, value in expect.items()),
        ]
        pages = self._pages()
        if pages is not None:
            lines += [f"      tolerance: {format_duration(TOLERANCE_US)}"]
            lines += [f"  {line}" for line in _list("pages", pages)] or ["      pages: []"]
        head = [f"# {remark}" for remark in self._remarks]
        return "\n".join([*head, *lines, ""])

    def _offset(self, text: str, *, to_second: bool = False) -> int:
        """µs since the opening, to the millisecond (or second); never before it."""
        unit = SECOND if to_second else 1000
        us = max(parse_instant(text) - self._start_at, 0)
        return (us + unit // 2) // unit * unit

    def _inputs(self) -> Iterator[Written]:
        restarted: set[tuple[str, str]] = set()
        episodes = self._export.episodes
        for episode in episodes[:ALERTS_MAX]:
            identity = (episode.source, episode.fingerprint)
            yield self._input(episode, again=identity in restarted)
            restarted.discard(identity)
            if episode.ended_by == "restarted":
                restarted.add(identity)
        if len(episodes) > ALERTS_MAX:
            self._remarks.append(f"Only the first {ALERTS_MAX} of {len(episodes)} alerts are here.")

    def _input(self, episode: EpisodeDocument, *, again: bool) -> Written:
        """An alert; `again`: it fired anew, with a later start, before it had been resolved."""
        at_us = self._offset(episode.received_at)
        since_us = parse_instant(episode.received_at) - parse_instant(episode.starts_at)
        written: Written = dict(episode.labels)
        if at_us:
            written["_at"] = format_offset(at_us)
        if episode.ended_at is not None and episode.ended_by != "restarted":
            written["_resolve"] = format_offset(self._offset(episode.ended_at))
        if since_us >= SECOND or (again and since_us >= 0):
            written["_since"] = format_offset(since_us)
        if episode.source != SOURCE:
            written["_source"] = episode.source
        if episode.fingerprint != fingerprint(episode.labels):
            written["_fingerprint"] = episode.fingerprint
        if episode.annotations:
            written["_annotations"] = dict(episode.annotations)
        return written

    def _silences(self) -> Iterator[Written]:
        for silence in self._export.silences:
            at_us, end_us = self._offset(silence.starts_at), self._offset(silence.ends_at)
            if end_us > at_us:
                length = format_offset(end_us - at_us)
                yield {"match": silence.matchers, "at": format_offset(at_us), "for": length}

    def _acts(self) -> Iterator[Written]:
        timeline = self._export.timeline
        for entry in timeline:
            if entry.kind == "incident.opened" and entry.data.get("reason") == Reason.DECLARED:
                yield {"at": self._at(entry.recorded_at), **self._declared(entry)}
        recorded = (_chained(entry, seq) for seq, entry in enumerate(timeline))
        for chained, act in acts_of(recorded):
            yield {"at": self._at(timeline[chained.seq].recorded_at), **_act(act, chained.text)}

    def _at(self, instant: str) -> str:
        return format_offset(self._offset(instant))

    def _declared(self, entry: EntryDocument) -> Written:
        incident, severity = self._export.incident, entry.data.get("severity")
        written: Written = {"declare": incident.title, "severity": severity, "by": entry.actor}
        given = {"service": incident.service, "team": incident.team}
        return written | {name: value for name, value in given.items() if value}

    def _until_us(self) -> int:
        """To the last that was written down: what comes later was not seen."""
        episodes = self._export.episodes
        instants = [entry.recorded_at for entry in self._export.timeline]
        instants += [episode.received_at for episode in episodes]
        instants += [episode.ended_at for episode in episodes if episode.ended_at is not None]
        return max(self._offset(text) for text in instants)

    def _expect(self) -> Written:
        incident = self._export.incident
        rule = rule_named(incident.severity_by)
        by: Written = {"rule": rule} if rule else {"severity_by": incident.severity_by}
        more = {
            "service": incident.service,
            "team": incident.team,
            "runbook": incident.runbook,
            "group": incident.key,
        }
        return {
            "incidents": 1,
            "severity": incident.severity,
            **by,
            "title": incident.title,
            "policy": incident.policy,
            **{name: value for name, value in more.items() if value},
            "state": incident.state,
            **({} if self._not_in_the_test() else {"response": incident.response}),
            **({"firing": incident.alerts.firing} if incident.state in LIVE else {}),
            "reopens": incident.reopens,
        }

    def _not_in_the_test(self) -> list[str]:
        """The muters that are neither a known silence nor a window of the rules."""
        known = {f"{Muter.SILENCE}:{silence.id}" for silence in self._export.silences}
        names = [name for name in muters_of(self._export.timeline) if name not in known]
        return [name for name in names if not name.startswith(f"{Muter.MAINTENANCE}:")]

    def _pages(self) -> Sequence[Written] | None:
        """The pages that went out; None if what is not in the test decided about some of them."""
        why = self._other_cause()
        if why is None:
            return self._sent()
        self._remarks.append(f"Pages are not expected: {why}.".replace("\n", " "))
        return None

    def _other_cause(self) -> str | None:
        """The causes that decided about pages and are not part of the test."""
        if unknown := self._not_in_the_test():
            return f"muted by {unknown[0]}, which is not in the test"
        for entry in self._export.timeline:
            if entry.kind in OUTSIDE:
                return f"{entry.text}; {OUTSIDE[entry.kind]}"
        return None

    def _sent(self) -> Sequence[Written]:
        sent = [each for each in self._export.pages if (each.kind, each.state) == ("page", "sent")]
        return [
            {
                "at": format_offset(self._offset(page.due_at, to_second=True)),
                **({"to": page.person} if page.person else {}),
                "via": page.contact,
            }
            for page in sorted(sent, key=lambda page: page.due_at)
        ]


def _act(act: Act, note: str) -> Written:
    """The act of a person, as an element of `do`."""
    match act.what:
        case "note":
            return {"note": note, "by": act.by}
        case "assign" | "severity" | "phase":
            return {act.what: act.value, "by": act.by}
        case "snooze":
            us = max(int(act.value) - act.at, 0) // 1000 * 1000
            return {"snooze": format_offset(us), "by": act.by}
        case verb:
            return {VERBS.get(verb, verb): act.by}


def _list(name: str, rows: Sequence[Written]) -> list[str]:
    """The key and a line for each row; nothing where there are none."""
    return [f"    {name}:", *(f"      - {flow(row)}" for row in rows)] if rows else []
