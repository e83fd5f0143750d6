"""The second golden run: the postmortem of the founding document, and the facts that it is of."""

from datetime import datetime
from zoneinfo import ZoneInfo

from triaged.core.practice.learning.postmortem_facts import Account
from triaged.core.records.model import ChainedEntry, Incident, Plan, Response, Severity, State
from triaged.core.records.practice.action_items import ActionItem, ActionKind, Priority

ZONE = "America/New_York"

DOCUMENT = """\
# Incident Postmortem: Checkout Failures (2026-03-04)
## Summary
Checkout failures affecting 30% of purchases for 47 minutes.
## Timeline
15:23 - Alert: order-service error rate > 5%
15:25 - On-call acknowledges, begins investigation
15:30 - IC declares SEV-1, incident channel created
15:35 - Root cause identified: connection pool exhausted
15:38 - Mitigation: order-service pods restarted
15:42 - Error rate returning to normal
16:10 - Resolved, all systems nominal
## Root Cause
Connection leak in new ORM version deployed at 14:00.
Connections were not being returned on timeout errors.
## Impact
- 1,247 failed checkout attempts
- Estimated revenue impact: $45,000
- 47 minutes of degraded service
## Action Items
- [ ] Fix: Upgrade ORM to patched version (P0, @bob, by 03/06)
- [ ] Detect: Add connection pool utilization alert (P1, @carol, by 03/07)
- [ ] Prevent: Add connection leak detection to CI (P2, @dave, by 03/14)
- [ ] Process: Add ORM to critical dependency test matrix (P2, @alice, by 03/14)
"""

HUMANS = {
    "Summary": "Checkout failures affecting 30% of purchases for 47 minutes.",
    "Root Cause": "Connection leak in new ORM version deployed at 14:00.\n"
    "Connections were not being returned on timeout errors.",
    "Impact": "- 1,247 failed checkout attempts\n- Estimated revenue impact: $45,000",
}
"""What only humans know."""


def at(hour: int, minute: int, second: int = 0) -> int:
    """The instant on the evening of the incident, in µs."""
    local = datetime(2026, 3, 4, hour, minute, second, tzinfo=ZoneInfo(ZONE))
    return int(local.timestamp()) * 1_000_000


def entry(seq: int, when: int, kind: str, actor: str = "triaged", **said: object) -> ChainedEntry:
    """A timeline entry; `text` is its text, everything else its data."""
    text = str(said.pop("text", ""))
    return ChainedEntry(12, seq, when, when, kind, actor, text, dict(said), f"{seq:064x}")


ENTRIES = [
    entry(1, at(15, 23), "incident.opened", severity="SEV-1", reason="new_key", text="SEV-1 X"),
    entry(2, at(15, 23, 1), "page.sent", text="paged bob"),
    entry(3, at(15, 25), "incident.acknowledged", "bob", text="acknowledged by bob"),
    entry(4, at(15, 25), "phase.changed", "bob", **{"from": "detection", "to": "triage"}),
    entry(5, at(15, 30), "role.changed", "alice", role="incident_commander", to="alice"),
    entry(6, at(15, 30), "severity.changed", "alice", **{"from": "SEV-1", "to": "SEV-1"}),
    entry(7, at(15, 30, 2), "link.added", link="room", text="#inc-12"),
    entry(8, at(15, 30, 5), "role.changed", "alice", role="technical_lead", to="bob"),
    entry(9, at(15, 31), "role.changed", "alice", role="communications_lead", to="carol"),
    entry(10, at(15, 35), "note", "bob", text="Root cause identified: connection pool exhausted"),
    entry(11, at(15, 35), "phase.changed", "bob", **{"from": "triage", "to": "investigation"}),
    entry(12, at(15, 38), "phase.changed", "bob", **{"from": "investigation", "to": "mitigation"}),
    entry(13, at(15, 38, 3), "note", "bob", text="order-service pods restarted"),
    entry(14, at(15, 42), "note", "bob", text="Error rate returning to normal"),
    entry(15, at(15, 46), "update.posted", "carol", late_us=60_000_000),
    entry(16, at(15, 58), "update.posted", "carol", late_us=0),
    entry(17, at(16, 10), "incident.resolved", "alice", text="resolved by alice"),
    entry(18, at(16, 10), "phase.changed", "alice", **{"from": "mitigation", "to": "resolution"}),
    entry(19, at(16, 10), "note", "alice", text="all systems nominal"),
]


def item(kind: ActionKind, text: str, priority: Priority, owner: str, due: str) -> ActionItem:
    """An action item of the incident."""
    when = at(17, 0)
    return ActionItem(
        f"00000000-0000-4000-8000-00000000000{list(ActionKind).index(kind)}",
        12, kind, priority, text, owner, due, when, when, "alice",
    )  # fmt: skip


ACTIONS = (
    item(ActionKind.FIX, "Upgrade ORM to patched version", Priority.P0, "bob", "2026-03-06"),
    item(
        ActionKind.DETECT,
        "Add connection pool utilization alert",
        Priority.P1,
        "carol",
        "2026-03-07",
    ),
    item(
        ActionKind.PREVENT, "Add connection leak detection to CI", Priority.P2, "dave", "2026-03-14"
    ),
    item(
        ActionKind.PROCESS,
        "Add ORM to critical dependency test matrix",
        Priority.P2,
        "alice",
        "2026-03-14",
    ),
)

INCIDENT = Incident(
    number=12,
    key=(("service", "checkout"),),
    title="Checkout Failures",
    severity=Severity.SEV1,
    severity_by="rule:checkout",
    opened_at=at(15, 23),
    plan=Plan("default", ()),
    state=State.RESOLVED,
    response=Response.MET,
    opened_as=Severity.SEV1,
    resolved_at=at(16, 10),
    resolved_by="alice",
    entries=19,
    chain="ab" * 32,
)

ACCOUNT = Account(
    incident=INCIDENT,
    entries=ENTRIES,
    alert="order-service error rate > 5%",
    peak_alerts=1,
    actions=ACTIONS,
    timezone=ZONE,
)
