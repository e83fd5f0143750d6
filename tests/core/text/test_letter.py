"""What a page says, and in which order."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.channels.notices import EVIDENCE, INCIDENT, MINUTE, NOW, PAGE, UPDATE, notice
from tests.core.world import settings
from triaged.core.records.model import Incident, Page, State
from triaged.core.records.practice.lineage import Lineage
from triaged.core.text.facts import Evidence, ReportedAlert, facts_of
from triaged.core.text.letter import letter, plain, silence_command
from triaged.core.text.wording import TEXT_MAX, Reading

READING = Reading(NOW, "Europe/Berlin", "https://triaged.example.org/act/token")
GOLDEN = Path(__file__).parent / "golden"
ACKNOWLEDGED = {"state": State.ACKNOWLEDGED, "acknowledged_by": "bob", "acknowledged_at": NOW}


def said(page: Page, incident: Incident, evidence: Evidence = EVIDENCE) -> str:
    return plain(letter(page, facts_of(incident, evidence, settings(), NOW), READING))


@pytest.mark.parametrize(
    ("name", "page", "changes"),
    [
        ("page", PAGE, {}),
        ("update", UPDATE, {**ACKNOWLEDGED, "resolved": 1}),
    ],
)
def test_letters_are_as_written_down(name: str, page: Page, changes: dict[str, object]) -> None:
    assert notice(page, **changes).text(NOW) == (GOLDEN / f"{name}.txt").read_text()


def test_alerts_are_told_apart_by_what_differs_and_not_by_the_scrape() -> None:
    text = said(PAGE, INCIDENT)

    assert "pod=checkout-1 az=a uid=11111111" in text
    for noise in ("kube-state-metrics", "job="):
        assert noise not in text


def test_an_alert_alone_is_said_in_the_facts() -> None:
    alone = replace(EVIDENCE, alerts=EVIDENCE.alerts[:1])
    incident = replace(INCIDENT, firing={"SEV-1": 1}, labels=dict(EVIDENCE.alerts[0].labels))

    text = said(PAGE, incident, alone)

    assert "Where      cluster=c1 pod=checkout-1 az=a uid=11111111\n" in text
    assert "The alerts" not in text


def test_own_trouble_says_what_it_is() -> None:
    incident = replace(INCIDENT, severity_by="triaged", text="the body is no JSON", labels={})

    text = said(PAGE, incident, Evidence())

    assert "What     the body is no JSON\n" in text
    assert "unclassified" not in text


def test_the_silence_of_a_key_is_a_command_that_a_shell_takes() -> None:
    labels = {"alertname": "Down", "path": 'it\'s "c:\\" $HOME'}
    key = tuple(labels.items())

    command = silence_command(replace(INCIDENT, key=key, labels=labels))

    assert command == (
        "triaged silence add -d 2h -c INC-12 'alertname=\"Down\"' "
        '\'path="it\'"\'"\'s \\"c:\\\\\\" $HOME"\''
    )
    assert silence_command(replace(INCIDENT, key=(("fingerprint", "f"),))) == ""


def test_addresses_that_are_no_plain_links_are_left_out() -> None:
    bad = {"dashboard_url": "javascript:alert(1)", "panel_url": "https://a@evil.example/"}
    one = replace(EVIDENCE.alerts[0], annotations=bad, url="https://evil.example/\nBcc: x")

    text = said(PAGE, INCIDENT, Evidence((one,)))

    assert "evil" not in text
    assert "javascript" not in text


@given(
    st.dictionaries(st.text(max_size=99), st.text(max_size=999), max_size=30),
    st.text(max_size=3000),
    st.integers(0, 5),
)
def test_letters_stay_within_their_limit_whatever_strangers_write(
    labels: dict[str, str], words: str, count: int
) -> None:
    url = f"https://x.example/{'a' * 1900}"
    annotations = {"summary": words, "description": words, "panel_url": url, "dashboard_url": url}
    alert = ReportedAlert(labels, annotations, url, True, NOW - MINUTE)
    incident = replace(INCIDENT, labels=labels, title=words, runbook=url)

    for page in (PAGE, UPDATE):
        text = said(page, incident, Evidence((alert,) * count))
        assert len(text) <= TEXT_MAX
        assert "triaged incident" in text
        text.encode()


def test_letters_about_what_was_merged_say_where_it_went() -> None:
    merged = replace(INCIDENT, state=State.MERGED, kin=Lineage(merged_into=7))

    text = said(UPDATE, merged)

    assert "Part of INC-7 now." in text
    assert "Look: triaged incident show INC-7" in text
