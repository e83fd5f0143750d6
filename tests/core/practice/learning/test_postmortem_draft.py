"""The draft of a postmortem: the document's, made of facts; what only humans know is asked."""

from time import perf_counter

from msgspec.structs import replace

from tests.core.practice.golden import (
    ACCOUNT,
    ACTIONS,
    DOCUMENT,
    ENTRIES,
    HUMANS,
    INCIDENT,
    at,
    entry,
)
from triaged.core.practice.learning.postmortem_draft import PROMPT, draft, spent, unwritten
from triaged.core.practice.learning.postmortem_facts import (
    Account,
    PastIncident,
)
from triaged.core.records.model import Severity
from triaged.core.time.durations import HOUR, MINUTE, SECOND


def test_draft_with_the_humans_texts_is_the_documents_byte_for_byte() -> None:
    text = draft(ACCOUNT)
    for section, words in HUMANS.items():
        head, mark, tail = text.partition(f"## {section}\n")
        text = head + mark + PROMPT.sub(words.replace("\\", ""), tail, count=1)

    assert text.startswith(DOCUMENT)
    assert unwritten(text) == []


def test_draft_invents_nothing() -> None:
    text = draft(replace(ACCOUNT, actions=()))

    assert unwritten(text) == ["Summary", "Root Cause", "Impact", "Action Items"]
    assert "1,247" not in text
    assert "$" not in text
    assert "ORM" not in text


def test_figures_are_computed() -> None:
    phases = "detection 2 min (guide 5 min), triage 10 min (guide 10 min)"
    phases += ", investigation 3 min (guide 45 min), mitigation 32 min"

    text = draft(ACCOUNT)

    assert (
        f"""
## Figures
| Figure | Value |
| --- | --- |
| Time in each severity | SEV-1 47 min |
| Time in each phase | {phases} |
| Response target | met |
| First page → first acknowledgement | 1 min |
| Internal updates on time | 1 of 2 |
| Alerts firing at the peak | 1 |
| People | @bob, @alice, @carol |
| Status page posts | 0 |
| Timeline | 19 entries, head `{"ab" * 32}` |
## Similar Incidents
None is known.
"""
        in text
    )


def test_similar_incidents_stand_with_the_state_of_their_action_items() -> None:
    similar = (
        PastIncident("INC-3", "Checkout slow", "2026-02-01", 2, ("Alert on the pool",)),
        PastIncident("INC-2", "Checkout down", "2026-01-01", 0, ()),
    )

    text = draft(replace(ACCOUNT, similar=similar))

    assert text.endswith(
        "## Similar Incidents\n"
        "- INC-3 Checkout slow (2026-02-01): 2 of 3 action items done\n"
        "  - not done: Alert on the pool\n"
        "- INC-2 Checkout down (2026-01-01): no action items\n"
    )


def test_texts_of_strangers_stay_on_their_line_and_lead_nowhere() -> None:
    title = "../../etc/passwd\n## Summary\n<script>[x](https://evil.example)</script>"
    hostile = replace(INCIDENT, title=title)
    note = entry(20, at(16, 11), "note", "bob", text="=HYPERLINK()\n## Root Cause\nNone.")

    text = draft(replace(ACCOUNT, incident=hostile, entries=[*ENTRIES, note], alert=title))

    assert text.startswith(
        "# Incident Postmortem: ../../etc/passwd ## Summary <script>[x](https[:]//"
    )
    assert text.count("\n## Summary\n") == 1
    assert "\n16:11 - =HYPERLINK() ## Root Cause None.\n" in text


def test_prompt_that_is_left_makes_a_section_unwritten() -> None:
    assert unwritten(DOCUMENT) == []
    assert unwritten(DOCUMENT.replace("$45,000", "<!-- write: how much -->")) == ["Impact"]
    assert unwritten(DOCUMENT.replace("## Root Cause", "## Cause")) == ["Root Cause"]


def test_five_thousand_entries_are_drafted_in_time() -> None:
    notes = [
        entry(seq, at(15, 24) + seq * SECOND, "note", "bob", text=f"step {seq}")
        for seq in range(20, 5_020)
    ]
    account = replace(ACCOUNT, entries=[*ENTRIES, *notes])
    draft(account)

    began = perf_counter()
    text = draft(account)

    assert perf_counter() - began < 0.9  # three times the limit: other tests run beside this one
    assert "further lines …" in text


def test_spans_are_written_short() -> None:
    assert [spent(us) for us in (0, 40 * SECOND, 61 * MINUTE, 2 * HOUR + 5 * MINUTE)] == [
        "0 s",
        "40 s",
        "61 min",
        "2 h 05 min",
    ]


def test_minor_incident_claims_no_degraded_service() -> None:
    minor = replace(INCIDENT, severity=Severity.SEV3)

    assert "degraded service" not in draft(replace(ACCOUNT, incident=minor))


def test_account_without_a_timeline_asks_for_one() -> None:
    text = draft(Account(INCIDENT, ()))

    assert unwritten(text) == ["Summary", "Timeline", "Root Cause", "Impact", "Action Items"]
    assert len(ACTIONS) == 4
