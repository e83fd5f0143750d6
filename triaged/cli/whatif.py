"""`triaged whatif`: every page that a payload would cause if it came in at an instant."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from triaged.cli import _options
from triaged.cli._client import Failed, Misused, complain
from triaged.cli._output import clean, paint, print_json
from triaged.cli._payload import (
    alerts_in,
    body_of,
    configured,
    duty_facts,
    instant_of,
    unseen,
    without_dead_contacts,
)
from triaged.cli.send import source_of

if TYPE_CHECKING:
    from triaged.dry_run.whatif import Answer, Moment, Question

SUMMARY = "say minute by minute who is paged if alerts come in at an instant"
UNTIL_MAX = "31d"
UNSEEN = (
    "silences and incidents of a daemon's store are not seen; "
    "alerts begin at the instant, whatever their own times say, and go on; "
    "every provider accepts"
)

REPEATS = "still not answered"
"""The beginning of what is said when an incident whose rounds are over pages again."""

REPEATS_SHOWN = 2
"""Repeats that are printed: the others differ in their time alone."""

BEFORE = {"incident.opened": "opened: ", "phase.changed": "phase ", "end": "end: "}
"""Words before the text of an entry that is unclear by itself, by kind."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the payload, the instant of its arrival and that of an acknowledgement."""
    _options.config(parser)
    _options.facts(parser)
    _options.output(parser)
    parser.add_argument("payload", help="a body as senders send it, or - for standard input")
    parser.add_argument("--at", metavar="TIME", help="when it comes in (RFC 3339; default: now)")
    answer = parser.add_mutually_exclusive_group()
    answer.add_argument(
        "--ack-after",
        metavar="DURATION",
        help="whoever gets the first page of an incident acknowledges it so long after (12m)",
    )
    answer.add_argument("--no-ack", action="store_true", help="nobody does (the default)")
    parser.add_argument("--source", help="the source it comes from (default: by the body's shape)")
    parser.add_argument(
        "--until", metavar="DURATION", default="24h", help="how long to look (default: 24h)"
    )


def run(options: argparse.Namespace) -> int:
    """Simulate the arrival and print the course of events; the exit status."""
    from triaged.dry_run.whatif import Question, what_if

    try:
        at = instant_of(options.at)
        until_us = _duration("--until", options.until)
        after = options.ack_after
        ack_after_us = None if after is None else _duration("--ack-after", after)
        body = body_of(options.payload)
        configuration = configured(options.config)
        source = options.source or source_of(body)
        alerts = alerts_in(configuration, source, body, at)
        facts = duty_facts(options, at)
        settings = without_dead_contacts(options, configuration.settings, "off")
    except Failed as failure:
        return complain(failure)
    question = Question(tuple(alerts), at, ack_after_us, until_us)
    answer = what_if(settings, question, facts)
    if options.output == "json":
        print_json(_document(question, answer) | {"unseen": [unseen(options, UNSEEN)]})
        return 0
    print(f"{clean(source)}: {len(alerts)} alerts at {_day(at)} UTC\n")
    for line in _lines(question, answer):
        print(line)
    sys.stdout.flush()
    print(f"triaged: {unseen(options, UNSEEN)}", file=sys.stderr)
    return 0


def _duration(option: str, text: str) -> int:
    from triaged.core.time.durations import parse_duration

    try:
        us = parse_duration(text)
    except ValueError as error:
        raise Misused(f"{option}: {error}") from None
    if us > parse_duration(UNTIL_MAX):
        raise Misused(f"{option}: at most {UNTIL_MAX}")
    return us


def _lines(question: "Question", answer: "Answer") -> Iterator[str]:
    """A line for each moment: time since the beginning, UTC, the reader's local time, the text."""
    from triaged.core.time.durations import format_duration

    moments = _without_repeats(answer.moments)
    places = [(f"+{format_duration(m.at - question.at)}", _day(m.at), _reader(m)) for m in moments]
    widths = [max(map(len, column)) for column in zip(*places, strict=True)]
    for place, moment in zip(places, moments, strict=True):
        cells = (cell.ljust(width) for cell, width in zip(place, widths, strict=True))
        yield f"{'  '.join(cells)}  {_told(moment)}".rstrip()


def _without_repeats(moments: "Sequence[Moment]") -> "list[Moment]":
    """`moments`, of an incident whose rounds are over only the first two pages that repeat."""
    from msgspec.structs import replace

    kept: list[Moment] = []
    repeats: dict[str, list[int]] = {}
    for moment in moments:
        instants = repeats.setdefault(moment.incident, [])
        if moment.kind == "incident.escalated" and moment.text.startswith(REPEATS):
            instants.append(moment.at)
        left_out = instants[REPEATS_SHOWN:]
        if left_out and moment.at == left_out[-1] and moment.kind in ("incident.escalated", "page"):
            continue
        if moment.kind == "end" and left_out:
            text = f"… and so on: {len(left_out)} times more"
            kept.append(replace(moment, at=left_out[-1], kind="repeats", text=text))
        kept.append(moment)
    return kept


def _told(moment: "Moment") -> str:
    from triaged.dry_run.whatif import PAGE, UPDATE

    name = f"{moment.incident} " if moment.incident else ""
    if moment.kind in (PAGE, UPDATE):
        whom = f"{moment.person} by {moment.contact}" if moment.person else moment.contact
        verb = {PAGE: "PAGE", UPDATE: "tell"}[moment.kind]
        quiet = " (notify)" if moment.kind == PAGE and moment.urgency == "notify" else ""
        text = clean(f"{name}{verb} {whom} ({moment.channel}){quiet}: {moment.text}")
        return paint(text, "open") if moment.kind == PAGE else text
    text = clean(f"{name}{BEFORE.get(moment.kind, '')}{moment.text}")
    return paint(text, "missed") if moment.kind == "target.missed" else text


def _reader(moment: "Moment") -> str:
    """The instant in the reader's time zone, for pages and updates."""
    from triaged.core.text.wording import instant_for

    return instant_for(moment.at, moment.timezone, moment.at) if moment.timezone else ""


def _day(at: int) -> str:
    """`2026-03-30 08:00:00`, UTC."""
    from triaged.wire import instant_text

    return instant_text(at)[:19].replace("T", " ")


def _document(question: "Question", answer: "Answer") -> dict[str, Any]:
    import msgspec

    from triaged.core.text.document import incident_document
    from triaged.wire import instant_text, instant_text_or_none

    incidents = [incident_document(each, "") for each in answer.incidents]
    moments = [
        {**msgspec.to_builtins(m), "at": instant_text(m.at)}
        | ({"read_at": _reader(m)} if m.timezone else {})
        for m in answer.moments
    ]
    first_at = answer.first_page_at
    return {
        "at": instant_text(question.at),
        "first_page_at": instant_text_or_none(first_at),
        "moments": moments,
        "incidents": msgspec.to_builtins(incidents),
    }
