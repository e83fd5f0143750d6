"""Notices for tests: a SEV-1 of the checkout service, for Alice in Berlin."""

from msgspec.structs import replace

from tests.core.world import settings
from triaged.channels import Button, Notice
from triaged.core.records.model import (
    Escalation,
    Incident,
    Page,
    PageKind,
    PageState,
    Plan,
    Recipient,
    Severity,
    State,
)
from triaged.core.settings import Contact, Person
from triaged.core.text.document import incident_document
from triaged.core.text.facts import Evidence, ReportedAlert, facts_of

NOW = 1_774_864_800_000_000
"""Monday 2026-03-30 10:00 UTC, noon in Berlin (CEST)."""

MINUTE = 60_000_000
PUBLIC_URL = "https://triaged.example.org"

ALICE = Person(
    "alice",
    "Alice Example",
    "Europe/Berlin",
    {"mail": Contact("mail", "alice@example.org")},
    (),
    (),
)

INCIDENT = Incident(
    number=12,
    key=(("alertname", "CheckoutDown"), ("service", "checkout")),
    title="checkout is down in c1",
    severity=Severity.SEV1,
    severity_by="rule:checkout-down",
    opened_at=NOW - MINUTE,
    plan=Plan("default", ()),
    service="checkout",
    team="payments",
    runbook="https://runbooks.example.org/checkout",
    labels={"alertname": "CheckoutDown", "cluster": "c1"},
    escalation=Escalation(epoch=1),
    armed_at=NOW - MINUTE,
    respond_by=NOW + 4 * MINUTE,
    firing={"SEV-1": 3},
)

PAGE = Page(
    id="INC-12/1/1/2/schedule:primary/alice/mail",
    incident=12,
    kind=PageKind.PAGE,
    recipient=Recipient("alice", "mail"),
    channel="mail",
    urgency="page",
    severity=Severity.SEV1,
    due_at=NOW,
    created_at=NOW,
    received_at=NOW,
    epoch=1,
    round=1,
    step=2,
    target="schedule:primary",
    attempts=1,
    token=1,
)

UPDATE = replace(
    PAGE,
    id="INC-12/1/acknowledged/alice/mail",
    kind=PageKind.UPDATE,
    urgency="notify",
    subject="acknowledged by bob",
)


SHARED = {"alertname": "CheckoutDown", "cluster": "c1", "job": "kube-state-metrics"}
EVIDENCE = Evidence(
    alerts=tuple(
        ReportedAlert(
            labels={**SHARED, "service": "ksm-kube-state-metrics", "pod": f"checkout-{number}"}
            | {"az": "abc"[number - 1], "uid": str(number) * 8},
            annotations={
                "summary": "checkout is down in c1",
                "description": f"Pod checkout-{number} restarts.\nVALUE = 31",
                "dashboard_url": "https://grafana.example.org/d/checkout",
            },
            url="https://prometheus.example.org/graph?g0.expr=up",
            firing=True,
            starts_at=NOW - number * MINUTE,
        )
        for number in (1, 2)
    ),
    pages=(
        replace(PAGE, sent_at=NOW - MINUTE, state=PageState.SENT),
        replace(PAGE, id="x/bob/desk", recipient=Recipient("bob", "desk"), sent_at=NOW - MINUTE),
    ),
)
"""Two of three alerts through kube-state-metrics; alice and bob were paged."""


def notice(page: Page = PAGE, **changes: object) -> Notice:
    """The notice of `page`, about the incident with these changes."""
    incident = replace(INCIDENT, **changes)
    is_page = page.kind is PageKind.PAGE
    facts = facts_of(incident, EVIDENCE, settings(), NOW)
    return Notice(
        page=page,
        incident=incident,
        facts=facts,
        incident_json=incident_document(incident, PUBLIC_URL, facts=facts),
        reader=ALICE,
        contact=ALICE.contacts["mail"],
        timezone=ALICE.timezone,
        acknowledge_url=f"{PUBLIC_URL}/act/token" if is_page else None,
        public_url=PUBLIC_URL,
    )


def contact_test() -> Notice:
    """A page that tests a contact."""
    drill = {"title": "[TEST] contacts of alice, asked for by bob", "kind": "drill"}
    return notice(replace(PAGE, test=True), **drill)


def without_person() -> Notice:
    """A page straight to the channel `hook`."""
    page = replace(PAGE, recipient=Recipient("", "hook"), target="channel:hook")
    return replace(notice(page), reader=None, contact=None, timezone="UTC")


def straight(page: Page = PAGE, **changes: object) -> Notice:
    """A notice to the channel's own address: the contact of the samples is one by mail."""
    return replace(notice(page, **changes), contact=None)


def straight_test() -> Notice:
    """A test page to the channel's own address."""
    return replace(contact_test(), contact=None)


BUTTONS = (
    Button("Acknowledge", "acknowledge", "a.12.1.1.2.AAAAAAAAAAAAAAAAAAAA"),
    Button("Escalate", "escalate", "e.12.1.1.2.BBBBBBBBBBBBBBBBBBBB"),
    Button("Resolve", "resolve", "r.12.1.1.2.CCCCCCCCCCCCCCCCCCCC"),
)


def pressable(**changes: object) -> Notice:
    """A page with buttons, to the channel's own address."""
    return replace(straight(PAGE, **changes), buttons=BUTTONS)


def edited(subject: str, state: State, **changes: object) -> Notice:
    """What a message is edited to once the incident has another state; it has no buttons."""
    page = replace(PAGE, kind=PageKind.UPDATE, subject=subject)
    return straight(page, state=state, **changes)
