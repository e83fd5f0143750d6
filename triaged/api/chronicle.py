"""`…/incidents/{id}/timeline/…` and `…/checklist`: what people add to a timeline that exists."""

from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from triaged.api._actions import IncidentAfter, act
from triaged.api._incidents import INCIDENT, find, unknown
from triaged.core.practice.checklists import CHECKLIST, is_done
from triaged.core.practice.phases import GUIDE_US
from triaged.core.practice.work import work_of
from triaged.core.records.model import Incident, Phase
from triaged.core.records.practice.events import (
    EntryCorrected,
    EntryMarked,
    ItemTicked,
    MessagesImported,
)
from triaged.core.records.practice.notes import Marker, Message
from triaged.http import problems
from triaged.http.bodies import TEXT_MAX, Body, Moment, Name
from triaged.http.routes import Call, Scope, route
from triaged.wire import Instant, instant, instant_text

TIMELINE = f"{INCIDENT}/timeline"
ENTRY = f"{TIMELINE}/{{seq}}"
SEQ_DIGITS_MAX = 9
MESSAGES_MAX = 500

Something = Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]


class Correction(Body, frozen=True):
    """What an entry should have said."""

    text: Something


class Mark(Body, frozen=True):
    """What an entry was for the course of the incident."""

    marker: Marker


class MessageBody(Body, frozen=True):
    """A message from elsewhere, with its own time."""

    ref: Name
    """Its identity there: the same message is imported once."""
    at: Moment
    author: Name
    text: Something


class Messages(Body, frozen=True):
    """Messages from elsewhere."""

    messages: Annotated[list[MessageBody], Meta(min_length=1, max_length=MESSAGES_MAX)]


class Tick(Body, frozen=True):
    """An item of the checklist that is done, or is not."""

    item: Name
    done: bool = True


class ItemDocument(msgspec.Struct, frozen=True):
    """An item of a checklist."""

    name: str
    text: str
    done: bool


class PhaseDocument(msgspec.Struct, frozen=True):
    """A phase, how long it should last, and what is to be done in it."""

    phase: Phase
    guide_s: int | None
    """Seconds; null: it varies."""
    items: list[ItemDocument]


class Checklist(msgspec.Struct, frozen=True):
    """The phases of an incident with their checklists."""

    phase: Phase
    since: Instant
    phases: list[PhaseDocument]


@route("POST", f"{ENTRY}/correction", Scope.RESPOND)
async def correct_entry(call: Call, body: Correction) -> IncidentAfter:
    """Say what a timeline entry should have said. The entry stays; the correction names it."""
    seq = _seq(call)
    if seq is None:
        return _no_entry(call)
    return await act(call, lambda n: EntryCorrected(n, call.caller.by, seq, body.text))


@route("POST", f"{ENTRY}/marker", Scope.RESPOND)
async def mark_entry(call: Call, body: Mark) -> IncidentAfter:
    """Say what a timeline entry was: `detection`, `diagnosis`, `repair`, `key_moment`."""
    seq = _seq(call)
    if seq is None:
        return _no_entry(call)
    return await act(call, lambda n: EntryMarked(n, call.caller.by, seq, body.marker))


@route("POST", f"{TIMELINE}/messages", Scope.RESPOND)
async def import_messages(call: Call, body: Messages) -> IncidentAfter:
    """Put messages from elsewhere on the timeline, with their own times and each once."""
    messages = tuple(
        Message(one.ref, instant(one.at), one.author, one.text) for one in body.messages
    )
    return await act(call, lambda n: MessagesImported(n, call.caller.by, messages))


@route("GET", f"{INCIDENT}/checklist", Scope.READ)
async def show_checklist(call: Call) -> Checklist | web.Response:
    """Checklist of each phase: what triaged sees done, and what people have ticked."""
    incident = await find(call)
    if incident is None:
        return unknown(call)
    phases = [_phase(incident, phase) for phase in CHECKLIST]
    return Checklist(incident.phase, instant_text(work_of(incident).phase_at), phases)


def _phase(incident: Incident, phase: Phase) -> PhaseDocument:
    items = [ItemDocument(i.name, i.text, is_done(incident, i)) for i in CHECKLIST[phase]]
    guide_us = GUIDE_US[phase]
    return PhaseDocument(phase, None if guide_us is None else guide_us // 1_000_000, items)


@route("POST", f"{INCIDENT}/checklist", Scope.RESPOND)
async def tick_item(call: Call, body: Tick) -> IncidentAfter:
    """Tick an item of the checklist, or take the tick back."""
    return await act(call, lambda n: ItemTicked(n, call.caller.by, body.item, body.done))


def _seq(call: Call) -> int | None:
    text = call.params["seq"]
    is_number = text.isascii() and text.isdecimal() and len(text) <= SEQ_DIGITS_MAX
    return int(text) if is_number else None


def _no_entry(call: Call) -> web.Response:
    return problems.not_found(f"an entry is named by its `seq`, not by {call.params['seq'][:40]!r}")
