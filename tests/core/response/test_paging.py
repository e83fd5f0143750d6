from tests.core.world import World, person, plan, settings, step, target
from triaged.core.draft import Draft
from triaged.core.records.model import Reason, Recipient, StepId
from triaged.core.response.paging import Pager, channel_of, page_id, people_of
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.time.oncall import Schedule
from triaged.core.view import View


def paged(configured: Settings, *targets: str) -> list[str]:
    """Whom one firing of these targets pages."""
    world = World(configured)
    world.fires(severity="SEV-2")
    draft = Draft(world.incident)
    pager = Pager(Situation(world.view, configured, world.now), draft, world.now)
    for text in targets:
        pager.page(target(text), world.incident.escalation)
    return [
        f"{effect.page.recipient.person}/{effect.page.recipient.contact}"
        for effect in draft.effects()
        if hasattr(effect, "page")
    ]


def test_a_team_means_its_people() -> None:
    assert paged(settings(), "team:payments") == [
        "alice/desk",
        "alice/mail",
        "bob/desk",
        "bob/mail",
    ]


def test_a_channel_is_paged_without_a_person() -> None:
    assert paged(settings(), "channel:hook") == ["/hook"]


def test_nobody_is_paged_twice_in_one_firing() -> None:
    assert paged(settings(), "person:alice", "team:payments", "person:bob") == [
        "alice/desk",
        "alice/mail",
        "bob/desk",
        "bob/mail",
    ]


def test_a_contact_whose_channel_is_gone_is_left_out() -> None:
    assert paged(settings(channels=frozenset({"mail"})), "person:alice") == ["alice/mail"]


def test_why_nobody_was_reached_is_on_the_timeline() -> None:
    people = {"alice": person("alice", "fax")}
    world = World(plan(step(0, "person:alice", "person:gone", "schedule:gone", "schedule:idle")))
    idle = {"idle": Schedule("idle", "UTC", ())}
    world.settings = settings(policies=world.settings.policies, people=people, schedules=idle)

    world.fires(severity="SEV-2")

    reasons = [e.data["reason"] for e in world.entries[1] if e.kind == "page.skipped"][:4]
    assert reasons == [
        Reason.NO_USABLE_CONTACT,
        Reason.TARGET_GONE,
        Reason.TARGET_GONE,
        Reason.NOBODY_ON_CALL,
    ]


def test_who_is_meant_is_asked_at_the_moment_of_paging() -> None:
    people, _ = people_of(Situation(View(), settings(), 0), target("team:payments"))

    assert [one.id for one in people] == ["alice", "bob"]


def test_the_channel_of_a_recipient_is_todays() -> None:
    configured = settings()

    assert channel_of(configured, Recipient("alice", "mail")) == "mail"
    assert channel_of(configured, Recipient("alice", "fax")) is None
    assert channel_of(configured, Recipient("", "hook")) == "hook"


def test_the_identity_of_a_page_says_what_it_is() -> None:
    identity = page_id("INC-12", StepId(1, 2, 3), "schedule:primary", Recipient("alice", "mail"))

    assert identity == "INC-12/1/2/3/schedule:primary/alice/mail"
