"""Sentences of `/act`."""

from typing import Literal

import pytest
from msgspec.structs import replace

from tests.channels.notices import EVIDENCE, INCIDENT, MINUTE, NOW
from tests.core.world import settings
from triaged.access.action_links import Link
from triaged.core.records.answers import Acted, Conflict
from triaged.core.records.model import Escalation, Incident, State
from triaged.core.records.practice.lineage import Lineage
from triaged.core.text.facts import facts_of
from triaged.core.text.wording import Reading
from triaged.core.time.durations import HOUR
from triaged.web._act_form import Form
from triaged.web._act_words import (
    Band,
    Count,
    Pressed,
    Shown,
    acknowledge_button,
    band,
    count,
    foot,
    responding,
    take_over_button,
)

HELD = replace(
    INCIDENT,
    state=State.ACKNOWLEDGED,
    acknowledged_at=NOW,
    acknowledged_by="alice",
    acknowledged_until=NOW + HOUR,
)


def shown(
    incident: Incident = INCIDENT,
    person: str = "alice",
    action: Literal["acknowledge", "respond"] = "respond",
) -> Shown:
    facts = facts_of(incident, EVIDENCE, settings(), NOW)
    return Shown(Link(12, action, person, 0), facts, Reading(NOW, "Europe/Berlin"), settings())


def after(verb: str, incident: Incident, before: Incident = INCIDENT, **outcome: object) -> Band:
    answer = Acted(12, **outcome)  # type: ignore[arg-type]  # `paged` alone
    pressed = Pressed(Form(verb, person="bob"), answer, before)
    found = band(replace(shown(incident), pressed=pressed))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("respond_by", "expected"),
    [
        (NOW + 4 * MINUTE, Count("4:00", "left to respond, by 12:04 CEST", is_late=False)),
        (NOW + 2 * HOUR, Count("", "Respond by 14:00 CEST (in 2 h).", is_late=False)),
        (
            NOW - MINUTE,
            Count("late", "missed at 11:59 CEST (1 min ago)", is_late=True),
        ),
        (None, None),
    ],
)
def test_the_time_left_is_large_when_it_is_short(
    respond_by: int | None, expected: Count | None
) -> None:
    assert count(shown(replace(INCIDENT, respond_by=respond_by))) == expected


def test_whoever_has_it_reads_until_when() -> None:
    assert band(shown(HELD)) == Band(
        "You have it since 12:00 CEST.", "Yours until 13:00 CEST without activity."
    )
    assert band(shown(HELD, "bob")) == Band(
        "Alice has it since 12:00 CEST.",
        "Nothing to do: nobody is paged any more. Held until 13:00 CEST without activity.",
    )
    assert take_over_button(shown(HELD)) is None
    assert take_over_button(shown(HELD, "bob")) == "Take over from Alice"


def test_a_snooze_says_that_it_pages_again() -> None:
    snoozed = replace(HELD, snoozed_until=NOW + HOUR)

    found = band(shown(snoozed))

    assert found is not None
    assert found.more == "Yours, snoozed, until 13:00 CEST: then it pages again."


def test_a_channel_is_nobody_in_particular() -> None:
    held = replace(HELD, acknowledged_by="link")

    found = band(shown(held, person=""))

    assert found is not None
    assert found.text == "link has it since 12:00 CEST."
    assert foot(shown(HELD, person="")) == "This link is for INC-12 only."


def test_what_is_over_says_by_whom() -> None:
    over = replace(INCIDENT, state=State.RESOLVED, resolved_at=NOW, resolved_by="bob")

    assert band(shown(over)) == Band("Resolved 12:00 CEST by Bob.")
    ended = replace(over, resolved_by="alerts")
    assert band(shown(ended)) == Band("Resolved 12:00 CEST.", "No alert fires any more.")
    assert acknowledge_button(shown(over)) is None
    assert responding(shown(over)) is None


def test_what_was_merged_says_where_it_went() -> None:
    merged = replace(INCIDENT, state=State.MERGED, kin=Lineage(merged_into=7))

    assert band(shown(merged)) == Band("It is part of INC-7 now.", "Act on that.")
    assert acknowledge_button(shown(merged)) is None
    assert responding(shown(merged)) is None


def test_a_button_says_what_it_did() -> None:
    assert after("acknowledge", HELD) == Band(
        "Acknowledged 12:00 CEST by Alice.",
        "Paging has stopped. Yours until 13:00 CEST without activity.",
        is_good=True,
    )
    assert after("escalate", INCIDENT, paged=("bob", "channel:hook")) == Band(
        "Escalated.", "Paged: Bob, channel:hook.", is_good=True
    )
    assert after("assign", INCIDENT).text == "Handed over to Bob, who is paged."
    taken = after("take_over", HELD, replace(HELD, acknowledged_by="bob"))
    assert (taken.text, taken.more[:12]) == ("Taken over by Alice.", "Bob is told.")


def test_a_refusal_says_that_nothing_has_changed() -> None:
    pressed = Pressed(Form("resolve"), Conflict("INC-12: cannot resolve"), INCIDENT)

    assert band(replace(shown(), pressed=pressed)) == Band(
        "Nothing has changed.", "INC-12: cannot resolve."
    )


@pytest.mark.parametrize(
    ("step", "label"),
    [
        (3, "I need help: page Bob"),
        (1, "Escalate: page you again"),
    ],
)
def test_help_names_who_comes(step: int, label: str) -> None:
    plan = settings().policies["default"]
    incident = replace(INCIDENT, plan=plan, escalation=Escalation(epoch=1, step=step))

    found = responding(shown(incident))

    assert found is not None
    assert found["help"] == label
    assert found["people"] == ["bob", "carol"]


def test_a_link_that_acknowledges_shows_no_forms() -> None:
    assert responding(shown(action="acknowledge")) is None
