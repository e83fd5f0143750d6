"""Generated scripts of what people do in an incident beyond paging, over hours."""

from collections.abc import Sequence
from datetime import date

from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.practice.drills import CHECKOUT
from tests.core.practice.learning_world import learning
from tests.core.world import ByLabels, person
from tests.simulation.scripts import ACTS, ALERTS, Move, Script
from triaged.core.records.events import (
    Acknowledged,
    Closed,
    Declared,
    Event,
    NoteAdded,
    Reopened,
    Resolved,
    SeverityChosen,
    Snoozed,
)
from triaged.core.records.model import Severity
from triaged.core.records.practice.action_items import ActionKind, Priority
from triaged.core.records.practice.drills import DrillAborted, DrillStarted
from triaged.core.records.practice.events import (
    EntryCorrected,
    EntryMarked,
    ItemTicked,
    RoleAssigned,
    RoleReleased,
    UpdatePosted,
    UpdateSnoozed,
)
from triaged.core.records.practice.learning_events import (
    ActionItemAdded,
    ActionItemChanged,
    PostmortemPublished,
    PostmortemSaved,
    PostmortemWaived,
)
from triaged.core.records.practice.notes import Marker, NoteKind
from triaged.core.records.practice.roles import Role
from triaged.core.records.practice.status_events import (
    MailingAdvanced,
    PostChanged,
    PostDrafted,
    PostPublished,
    SubscriptionAsked,
    SubscriptionConfirmed,
    SubscriptionEnded,
    Wording,
)
from triaged.core.records.practice.status_settings import PageComponent, StatusPage
from triaged.core.settings import Settings
from triaged.core.time.durations import MINUTE

MOVES_MAX = 60
TAILS = (12 * MINUTE, 26 * MINUTE, 130 * MINUTE)
"""A late update has been escalated; empty roles and late updates have fallen silent."""

BODY = "We look into reports that checkout fails for some of our customers in Europe."
"""What the public reads first; edits change a word of it."""

NUMBERS = st.sampled_from([1, 1, 1, 1, 2])
PEOPLE = st.sampled_from(["alice", "bob"])
OWNERS = st.sampled_from(["alice", "", "mallory"])
ROLES = st.sampled_from([Role.INCIDENT_COMMANDER, Role.TECHNICAL_LEAD, *Role])
SEVERITIES = st.sampled_from([Severity.SEV1, Severity.SEV2, Severity.SEV3])
SPANS = st.sampled_from([-MINUTE, 2 * MINUTE, 7 * MINUTE, 40 * MINUTE])
WORDS = st.sampled_from(["the pool", "the proxy", "no news, still the pool"])
DATES = st.sampled_from([None, date(2026, 4, 1), date(2020, 1, 1)])
OVERRIDES = st.sampled_from(["", "", "only two people awake"])

ROLE_ACTS = st.one_of(
    st.builds(RoleAssigned, NUMBERS, PEOPLE, ROLES, PEOPLE, st.just(""), OVERRIDES),
    st.builds(RoleAssigned, NUMBERS, PEOPLE, ROLES, PEOPLE),
    st.builds(RoleReleased, NUMBERS, PEOPLE, ROLES),
)
UPDATES = st.one_of(
    st.builds(
        UpdatePosted,
        NUMBERS,
        PEOPLE,
        st.just("checkout fails"),
        WORDS,
        st.just("restart it"),
        next_update_at=st.one_of(st.none(), SPANS),
    ),
    st.builds(UpdateSnoozed, NUMBERS, PEOPLE, SPANS),
)
NOTES = st.one_of(
    st.builds(NoteAdded, NUMBERS, PEOPLE, WORDS, kind=st.sampled_from([*NoteKind])),
    st.builds(ItemTicked, NUMBERS, PEOPLE, st.sampled_from(["scope", "fix", "nothing"])),
)
CHRONICLE = st.one_of(
    st.builds(EntryCorrected, NUMBERS, PEOPLE, st.integers(0, 9), WORDS),
    st.builds(EntryMarked, NUMBERS, PEOPLE, st.integers(0, 9), st.sampled_from([*Marker])),
)
STATES = st.one_of(
    st.builds(Acknowledged, NUMBERS, PEOPLE),
    st.builds(SeverityChosen, NUMBERS, PEOPLE, SEVERITIES),
    st.builds(Resolved, NUMBERS, PEOPLE),
    st.builds(Closed, NUMBERS, PEOPLE),
    st.builds(Closed, NUMBERS, PEOPLE),
    st.builds(Reopened, NUMBERS, PEOPLE),
    st.builds(Snoozed, NUMBERS, PEOPLE, st.just(20 * MINUTE)),
)
LEARNING = st.one_of(
    st.builds(
        ActionItemAdded,
        NUMBERS,
        PEOPLE,
        st.sampled_from(["a1", "a2"]),
        st.sampled_from([*ActionKind]),
        st.sampled_from([*Priority]),
        WORDS,
        OWNERS,
        DATES,
    ),
    st.builds(ActionItemChanged, st.just("a1"), st.just(1), PEOPLE, owner=OWNERS, due=DATES),
    st.builds(PostmortemSaved, st.just(1), PEOPLE, WORDS, st.sampled_from([0, 1]), st.just("x")),
    st.builds(PostmortemWaived, st.just(1), PEOPLE, st.sampled_from(["no", "a test: nobody saw"])),
)
PUBLISHED = st.builds(PostmortemPublished, st.just(1), PEOPLE, st.just(1))
DRAFTED = PostDrafted("bob", "post1", Wording(title="Checkout", body=BODY), "thread1", 1)
POSTS = st.one_of(
    st.just(DRAFTED),
    st.builds(PostPublished, PEOPLE, st.just("post1"), st.just("thread1"), st.just(1)),
    st.builds(
        PostChanged,
        PEOPLE,
        st.just("post1"),
        st.just("thread1"),
        st.just(1),
        st.sampled_from(["Asia", "Africa", "America"]).map(
            lambda place: Wording(body=BODY.replace("Europe", place))
        ),
    ),
)


SUBSCRIBERS = ("ann", "ben")
IDENTITIES = st.sampled_from(SUBSCRIBERS)


def asked(name: str) -> SubscriptionAsked:
    """Somebody types an address, which is that of its owner or of anybody else."""
    return SubscriptionAsked(name, f"{name}@x.org", "x.org", f"token of {name}")


SUBSCRIPTIONS = st.one_of(
    IDENTITIES.map(asked),
    st.builds(SubscriptionConfirmed, IDENTITIES),
    st.builds(SubscriptionEnded, IDENTITIES),
)
MAILINGS = st.builds(
    MailingAdvanced,
    st.just("post1"),
    st.just("thread1"),
    st.just("post1"),
    st.sampled_from(["", "ann"]),
    st.sampled_from([SUBSCRIBERS, ("ann",), ("ben",)]),
    last=st.booleans(),
)
"""Pages of a mailing, also those that an earlier one has made stale."""

DRILLS = st.one_of(
    st.builds(
        DrillStarted,
        st.just("carol"),
        st.sampled_from(["d1", "d2"]),
        st.just(CHECKOUT),
        st.just(("alice", "bob")),
        speed=st.sampled_from([1, 10]),
    ),
    st.builds(DrillAborted, NUMBERS, PEOPLE),
    st.builds(Acknowledged, st.just(2), PEOPLE),
)


def chosen() -> Settings:
    """Settings with a status page, in which SEV-1 and SEV-2 ask for everything."""
    part = PageComponent("checkout", "Checkout", services=("checkout",))
    return replace(
        learning(
            people={name: person(name) for name in ("alice", "bob", "carol")},
            rules=ByLabels(),
            public_url="https://triaged.example.org",
            stale_after={},
            console="desk",
        ),
        status_page=StatusPage("Status", "https://status.example.org", components=(part,)),
    )


COMMAND, LEAD = Role.INCIDENT_COMMANDER, Role.TECHNICAL_LEAD
ENDINGS = (
    (),
    (Move(MINUTE, Resolved(1, "bob")), Move(0, Closed(1, "bob"))),
    (
        Move(0, RoleAssigned(1, "bob", COMMAND, "alice")),
        Move(0, RoleAssigned(1, "bob", LEAD, "alice")),
    ),
    (
        Move(0, RoleAssigned(1, "bob", COMMAND, "alice")),
        Move(MINUTE, RoleAssigned(1, "bob", COMMAND, "bob")),
    ),
)
"""What is tried at the end, which chance alone seldom comes to."""

PRACTICE = (ROLE_ACTS, ROLE_ACTS, UPDATES, NOTES, STATES, LEARNING, POSTS, ACTS, ALERTS)
WITH_ENTRIES = (*PRACTICE, CHRONICLE, PUBLISHED, SUBSCRIPTIONS, MAILINGS, DRILLS)
"""Acts, too, that refer to entries of a timeline, that only a store has, or that a dry run of one
incident does not know."""

PUBLICATION = (
    Move(0, RoleAssigned(1, "alice", Role.COMMUNICATIONS_LEAD, "bob")),
    Move(0, DRAFTED),
    Move(0, PostPublished("bob", "post1", "thread1", 1)),
    Move(0, MailingAdvanced("post1", "thread1", "post1", "", SUBSCRIBERS, last=False)),
    Move(0, MailingAdvanced("post1", "thread1", "post1", "", SUBSCRIBERS, last=False)),
    Move(0, PostPublished("bob", "post1", "thread1", 1)),
    Move(MINUTE, MailingAdvanced("post1", "thread1", "post1", "", SUBSCRIBERS, last=True)),
    Move(MINUTE, MailingAdvanced("post1", "thread1", "post1", "ben", SUBSCRIBERS, last=True)),
)
"""A post is published twice, and two daemons work on its mailing."""


@st.composite
def practices(draw: st.DrawFn, kinds: Sequence[st.SearchStrategy[Event]]) -> Script:
    """An incident that somebody declares, and what people do in the hours after."""
    gaps = st.sampled_from([0, 0, MINUTE, 4 * MINUTE, 9 * MINUTE, 31 * MINUTE])
    acts = st.one_of(*kinds)
    severity = draw(SEVERITIES)
    begin = [Move(0, Declared("alice", "checkout fails", severity))]
    if draw(st.booleans()):
        begin.append(Move(MINUTE, RoleAssigned(1, "alice", Role.INCIDENT_COMMANDER, "alice")))
    if SUBSCRIPTIONS in kinds and draw(st.booleans()):
        begin += [Move(0, asked(name)) for name in SUBSCRIBERS]
        begin += [Move(0, SubscriptionConfirmed(draw(IDENTITIES)))]
    moves = draw(st.lists(st.builds(Move, gaps, acts), max_size=MOVES_MAX - 16))
    moves += draw(st.sampled_from(ENDINGS))
    if SUBSCRIPTIONS in kinds and draw(st.booleans()):
        moves += PUBLICATION
    return Script(chosen(), (*begin, *moves), tail_us=draw(st.sampled_from(TAILS)))
