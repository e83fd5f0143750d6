"""The evenings of the founding document as acts of senders and people, and their variants."""

from datetime import date
from uuid import UUID

from msgspec.structs import replace

from tests.core.practice.golden import ACTIONS
from tests.simulation.golden.run import NUMBER, Act, Texts, moment
from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Closed,
    NoteAdded,
    Resolved,
    SeverityChosen,
)
from triaged.core.records.model import Alert, Severity
from triaged.core.records.practice.events import RoleAssigned, UpdatePosted
from triaged.core.records.practice.learning_events import (
    ActionItemAdded,
    PostmortemPublished,
    PostmortemReviewed,
    PostmortemSaved,
)
from triaged.core.records.practice.notes import NoteKind
from triaged.core.records.practice.roles import Role
from triaged.core.records.practice.status import PostStatus
from triaged.core.records.practice.status_events import PostDrafted, PostPublished, Wording

ALERT = "order-service error rate > 5%"
SUMMER, WINTER = "2026-06-04", "2026-03-04"
"""The status post of the document has EDT, its postmortem is of a day with EST."""

COMMANDER, TECHNICAL, COMMUNICATIONS = (
    Role.INCIDENT_COMMANDER,
    Role.TECHNICAL_LEAD,
    Role.COMMUNICATIONS_LEAD,
)
IMPACT = "~30% of checkout attempts failing with 500 errors"
THEORY = "Database connection pool exhaustion"

PUBLIC = """\
We are investigating reports of checkout failures. Some customers
may experience errors when completing purchases. Our team is
actively working on a resolution."""


def fires(at: int, title: str, severity: str = "critical", *, ends: bool = False) -> AlertReceived:
    """The alert of the document, or its end."""
    labels = {"alertname": ALERT, "service": "checkout", "severity": severity, "title": title}
    alert = Alert("alertmanager", "order-service", True, labels, {"summary": ALERT}, at)
    if ends:
        alert = replace(alert, firing=False, starts_at=None, ends_at=at)
    return AlertReceived(alert, at)


def beginning(day: str, title: str, severity: str = "critical") -> list[Act]:
    """The first quarter of an hour, up to the theory."""
    at = moment(day, "15:23")
    chosen = Severity.SEV1 if severity == "critical" else Severity.SEV2

    def role(who: Role, person: str) -> RoleAssigned:
        return RoleAssigned(NUMBER, "alice", who, person)

    half = moment(day, "15:30")
    return [
        Act(at, f"alert: {ALERT}, severity {severity}", fires(at, title, severity)),
        Act(moment(day, "15:25"), "bob acknowledges", Acknowledged(NUMBER, "bob")),
        Act(half, "alice takes command", role(COMMANDER, "alice")),
        Act(half, f"alice declares {chosen}", SeverityChosen(NUMBER, "alice", chosen)),
        Act(half, "alice makes bob technical lead", role(TECHNICAL, "bob")),
        Act(half, "alice makes carol communications lead", role(COMMUNICATIONS, "carol")),
    ]


def note(day: str, time: str, text: str, kind: NoteKind = NoteKind.NOTE) -> Act:
    """A note of bob's."""
    event = NoteAdded(NUMBER, "bob", text, kind=kind)
    return Act(moment(day, time), f"bob writes ({kind}): {text}", event)


def posted(time: str, theory: str = THEORY, day: str = SUMMER) -> Act:
    """An internal update of carol's, in the document's words but for the theory."""
    actions = "Restarting order-service pods"
    event = UpdatePosted(NUMBER, "carol", IMPACT, theory, actions, "Investigating")
    return Act(moment(day, time), f"carol posts an update: {theory}", event)


def run_a() -> list[Act]:
    """Updates and the status page."""
    day = SUMMER
    wording = Wording(
        PostStatus.INVESTIGATING,
        "Checkout Issues",
        PUBLIC,
        next_update_at=moment(day, "16:15"),
    )
    thread, post = "threadthread", "postpostpost"
    gone = fires(moment(day, "16:29"), "Checkout failures", ends=True)
    drafted = PostDrafted("carol", post, wording, thread, NUMBER)
    published = PostPublished("carol", post, thread, NUMBER)
    return [
        *beginning(day, "Checkout failures"),
        note(day, "15:35", THEORY, NoteKind.HYPOTHESIS),
        Act(moment(day, "15:44"), "carol drafts a public post", drafted),
        Act(moment(day, "15:45"), "carol publishes it, the next at 16:15", published),
        posted("15:46"),
        posted("16:07", "no news, still Database connection pool exhaustion"),
        Act(moment(day, "16:29"), "the alert ends", gone),
        Act(moment(day, "16:31"), "bob resolves", Resolved(NUMBER, "bob", "the pods are back")),
    ]


def run_b() -> list[Act]:
    """From the alert to the closed incident."""
    day = WINTER
    cause = "Root cause identified: connection pool exhausted"
    end, after = moment(day, "16:10"), moment(day, "17:00")
    late = moment("2026-03-07", "17:00")

    def saved(texts: Texts) -> PostmortemSaved:
        return PostmortemSaved(NUMBER, "alice", texts.written, 0, texts.facts)

    def added(number: int) -> ActionItemAdded:
        item = ACTIONS[number]
        identity = str(UUID(int=number))
        day = date.fromisoformat(item.due)
        return ActionItemAdded(
            NUMBER, "alice", identity, item.kind, item.priority, item.text, item.owner, day
        )

    return [
        *beginning(day, "Checkout Failures"),
        note(day, "15:35", cause, NoteKind.HYPOTHESIS),
        note(day, "15:38", "order-service pods restarted", NoteKind.FIX),
        note(day, "15:42", "Error rate returning to normal"),
        posted("15:44", day=day),
        Act(
            moment(day, "15:55"),
            "the alert ends",
            fires(moment(day, "15:55"), "Checkout Failures", ends=True),
        ),
        posted("15:58", "the pods returned no connections on timeouts", day),
        Act(end, "alice resolves", Resolved(NUMBER, "alice", "all systems nominal")),
        Act(end, "alice tries to close it", Closed(NUMBER, "alice")),
        *(
            Act(after, f"alice adds an action item: {item.text}", added(number))
            for number, item in enumerate(ACTIONS)
        ),
        Act(late, "alice saves the postmortem, with what only humans know", saved),
        Act(late, "alice asks for a review", PostmortemReviewed(NUMBER, "alice", 1)),
        Act(late, "bob publishes the postmortem", PostmortemPublished(NUMBER, "bob", 1)),
        Act(late, "alice closes it", Closed(NUMBER, "alice")),
    ]


def commander_debugs() -> list[Act]:
    """The commander asks for the technical lead, too."""
    acts = beginning(SUMMER, "Checkout failures")[:4]
    wanted = RoleAssigned(NUMBER, "alice", TECHNICAL, "alice")
    override = replace(wanted, override="only two people awake")
    at = moment(SUMMER, "15:31")
    return [
        *acts,
        Act(at, "alice makes alice technical lead", wanted),
        Act(at, "alice makes alice technical lead, overriding", override),
    ]


def lowered() -> list[Act]:
    """SEV-1 becomes SEV-2 at 15:50: the earlier deadline stays."""
    lower = SeverityChosen(NUMBER, "alice", Severity.SEV2)
    return [
        *beginning(SUMMER, "Checkout failures"),
        posted("15:44"),
        Act(moment(SUMMER, "15:50"), "alice declares SEV-2", lower),
        posted("15:58", "the pool is too small"),
    ]


def spring_night() -> list[Act]:
    """The night on which New York goes from 01:59 EST to 03:00 EDT: an instant is an instant."""
    day = "2026-03-08"
    return [
        *(replace(act, at=act.at - moment(day, "15:30") + moment(day, "01:50"))
          for act in beginning(day, "Checkout failures")),
        posted("03:04", day=day),
    ]  # fmt: skip
