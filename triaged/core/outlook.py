"""What an alert would lead to if nobody answered: the incident, the target, each step's pages.

It asks the functions that decide (`open_incident`, `advance`, `may_go`) and invents nothing.
"""

import msgspec

from triaged.core.delivering import may_go
from triaged.core.draft import Draft
from triaged.core.effects import AddPage, Append, Hold, Send
from triaged.core.escalation import Cause, advance
from triaged.core.events import PageDue
from triaged.core.grouping import Arrival, open_incident
from triaged.core.model import Incident, Page, Reason
from triaged.core.settings import Settings
from triaged.core.view import View

HOLDS_MAX = 100
"""How often a page is looked at that is held again and again; a calendar holds it once."""


class Call(msgspec.Struct, frozen=True):
    """A page and when it would go out; None: it would not."""

    page: Page
    at: int | None


class Firing(msgspec.Struct, frozen=True):
    """Steps that fire at one instant."""

    at: int
    steps: tuple[int, ...]
    """From 1; several where one reached nobody, or they are due together."""
    calls: tuple[Call, ...]
    skipped: tuple[str, ...]
    """Whom it does not reach, and why."""


class Outlook(msgspec.Struct, frozen=True):
    """A new incident as it opens, and the first round of its policy."""

    incident: Incident
    firings: tuple[Firing, ...]


def foresee(settings: Settings, arrival: Arrival) -> Outlook:
    """What follows if `arrival` opens an incident and nobody answers, up to the round's end."""
    view = View()
    draft = open_incident(view, settings, arrival)
    opened = draft.incident
    firings = [_firing(view, settings, draft, (arrival.now, 1))]
    while (due_at := draft.incident.escalation.next_at) is not None:
        before = draft.incident.escalation
        if before.round > 1:
            break
        draft = Draft(draft.incident)
        advance(draft, settings, due_at, Cause(Reason.TARGET_APPROACHES, due_at))
        firings.append(_firing(view, settings, draft, (due_at, before.step)))
    return Outlook(opened, tuple(firing for firing in firings if firing.steps))


def _firing(view: View, settings: Settings, draft: Draft, place: tuple[int, int]) -> Firing:
    """What `draft` fired at an instant, from a step on: (instant, step)."""
    at, first = place
    effects = draft.effects()
    view.absorb(effects)
    after = draft.incident.escalation
    end = after.step if after.round == 1 else len(draft.incident.plan.steps) + 1
    added = [effect.page for effect in effects if isinstance(effect, AddPage)]
    entries = [effect.entry for effect in effects if isinstance(effect, Append)]
    return Firing(
        at=at,
        steps=tuple(range(first, end)),
        calls=tuple(Call(page, _leaves_at(view, page, settings)) for page in added),
        skipped=tuple(entry.text for entry in entries if entry.kind == "page.skipped"),
    )


def _leaves_at(view: View, page: Page, settings: Settings) -> int | None:
    """When `page` may go out, as it is asked when it is due."""
    at = page.due_at
    for _ in range(HOLDS_MAX):
        match may_go(view, PageDue(page), settings, at).answer:
            case Send():
                return at
            case Hold(page=held):
                at = max(at + 1, held.due_at)
            case _:
                return None
    return None
