"""The truth in a sentence, whatever the press or the command came to."""

import pytest
from msgspec.structs import replace

from tests.channels.notices import INCIDENT, NOW
from tests.core.world import settings
from triaged.core.records.answers import Acted, Answer, Conflict, RateLimited, Unknown
from triaged.core.records.model import Incident, State
from triaged.core.records.severity import Severity
from triaged.core.text.wording import Reading
from triaged.core.two_way.commands import Command
from triaged.core.two_way.replies import done_text, list_text, pressed_text

READING = Reading(NOW, "Europe/Berlin")
TAKEN = replace(INCIDENT, state=State.ACKNOWLEDGED, acknowledged_by="bob", acknowledged_at=NOW)
OVER = replace(INCIDENT, state=State.RESOLVED, resolved_by="bob", resolved_at=NOW)


@pytest.mark.parametrize(
    ("answer", "after", "text"),
    [
        (Acted(12), TAKEN, "INC-12: acknowledged by Bob at 12:00 CEST."),
        (Conflict("x", "bob"), TAKEN, "INC-12: already acknowledged by Bob at 12:00 CEST."),
        (Conflict("x"), OVER, "INC-12: already resolved by Bob at 12:00 CEST."),
        (
            Conflict("x"),
            INCIDENT,
            "INC-12: nothing has changed, the button is of an older message."
            " Now: open: nobody has it yet.",
        ),
        (
            Unknown("x"),
            TAKEN,
            "INC-12: nothing has changed. Now: acknowledged by Bob at 12:00 CEST.",
        ),
    ],
)
def test_press_is_answered_with_what_the_incident_is(
    answer: Answer, after: Incident, text: str
) -> None:
    assert pressed_text(answer, after, settings(), READING) == text


@pytest.mark.parametrize(
    ("command", "answer", "text"),
    [
        (Command("note", 12, "x"), Acted(12), "INC-12: the note is on the timeline."),
        (Command("escalate", 12), Acted(12, ("bob",)), "INC-12: escalated. Paged: Bob."),
        (Command("escalate", 12), Acted(12), "INC-12: escalated."),
        (
            Command("handover", 12, person="carol"),
            Acted(12, ("carol",)),
            "INC-12: handed over to Carol, who is paged.",
        ),
        (
            Command("severity", 12, severity=Severity.SEV1),
            Acted(12),
            "INC-12: it is SEV-1 now.",
        ),
        (Command("take", 12), Acted(12), "INC-12: acknowledged by Bob at 12:00 CEST."),
        (
            Command("declare", text="x", severity=Severity.SEV1),
            Acted(12, ("alice",)),
            "INC-12 SEV-1 checkout is down in c1: acknowledged by Bob at 12:00 CEST. Paged: Alice.",
        ),
        (Command("take", 12), Conflict("cannot do that"), "cannot do that."),
        (Command("take", 12), Unknown("there is no INC-12"), "there is no INC-12."),
        (Command("take", 12), RateLimited(1), "Nothing has changed. Try again in a moment."),
    ],
)
def test_command_is_answered_with_what_it_did(command: Command, answer: Answer, text: str) -> None:
    assert done_text(command, answer, TAKEN, settings(), READING) == text


def test_list_is_short() -> None:
    assert list_text([], settings(), READING) == "Nothing is open."

    lines = list_text([INCIDENT] * 14, settings(), READING).splitlines()

    assert len(lines) == 11
    assert lines[-1] == "… and 4 more"
