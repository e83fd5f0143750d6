"""A postmortem with everything that is said of it, for the API and for its page."""

import asyncio

import msgspec

from triaged.core.practice.learning.blameless import lint
from triaged.core.practice.learning.postmortem_checks import lacks_for_publishing
from triaged.core.practice.learning.postmortem_draft import draft, opening_day
from triaged.core.practice.learning.postmortem_export import file_name, text_hash
from triaged.core.practice.learning.postmortem_facts import Account, figures_of
from triaged.core.practice.learning.postmortems import is_required
from triaged.core.records.model import Incident
from triaged.core.records.practice.postmortems import (
    Postmortem,
    postmortem_id,
    revision_id,
)
from triaged.core.settings import Settings
from triaged.core.text.learning.documents import Readings, action_item_document
from triaged.core.time.recurring import local_day
from triaged.http.routes import Call
from triaged.store.queries.postmortem_account import account_of
from triaged.store.tables.practice_rows import postmortems


class Opened(msgspec.Struct, frozen=True):
    """A postmortem, its text, and what it is of."""

    row: Postmortem
    text: str
    account: Account
    at: int
    """When it was read."""


async def opened(call: Call, incident: Incident) -> Opened:
    """The postmortem of an incident; its text is the draft where nobody has written one."""
    context = call.context
    now = context.clock.now()
    async with context.database.reading() as tx:
        row = await postmortems.fetch(tx, incident.id)
        row = row or Postmortem(postmortem_id(incident.id), incident.number, now)
        saved = await postmortems.revision(tx, revision_id(incident.id, row.revision))
        account = await account_of(tx, incident, context.configuration.settings, now)
    text = saved.text if saved is not None else await asyncio.to_thread(draft, account)
    return Opened(row, text, account, now)


def etag_of(row: Postmortem) -> str:
    """The entity tag of the revision that holds."""
    return f'"r{row.revision}-{row.hash[:8]}"' if row.revision else '"r0"'


def readings(settings: Settings, found: Opened) -> Readings:
    """What is said of a postmortem beside its row; some 50 ms for a long one."""
    incident, account = found.account.incident, found.account
    today = local_day(found.at, settings.working_days.zone).isoformat()
    names = [name for person in settings.people.values() for name in (person.id, person.name)]
    return Readings(
        title=incident.title,
        required=is_required(settings, incident),
        text=found.text,
        hash=text_hash(found.text),
        missing=lacks_for_publishing(
            found.text, account.actions, opening_day(incident, account.timezone)
        ),
        lint=lint(found.text, names),
        actions=[action_item_document(item, today) for item in account.actions],
        figures=figures_of(account),
        similar=list(account.similar),
        file=file_name(incident, account.timezone),
    )
