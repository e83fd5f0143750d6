"""The exported file: its name says nothing that a title could abuse, its head proves the text."""

import hashlib

import pytest
import yaml
from msgspec.structs import replace

from tests.core.practice.golden import ACTIONS, DOCUMENT, INCIDENT, ZONE
from triaged.core.practice.learning.postmortem_export import exported, file_name, text_hash
from triaged.core.records.practice.postmortems import Postmortem, PostmortemState

ROW = Postmortem("INC-12/postmortem", 12, 0, PostmortemState.PUBLISHED, revision=3)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Checkout Failures", "2026-03-04-inc-12-checkout-failures.md"),
        ("../../etc/cron.d/x", "2026-03-04-inc-12-etc-cron-d-x.md"),
        ("=HYPERLINK(x)", "2026-03-04-inc-12-hyperlink-x.md"),
        ("停电\0\n", "2026-03-04-inc-12.md"),
        ("x" * 500, f"2026-03-04-inc-12-{'x' * 60}.md"),
    ],
)
def test_name_holds_letters_digits_and_hyphens(title: str, name: str) -> None:
    assert file_name(replace(INCIDENT, title=title), ZONE) == name


def test_front_matter_tells_the_facts() -> None:
    text = exported(INCIDENT, ROW, DOCUMENT, ACTIONS[:1])

    assert (
        text
        == f"""\
---
id: INC-12
title: "Checkout Failures"
severity: SEV-1
services: []
started: 2026-03-04T20:23:00.000000Z
resolved: 2026-03-04T21:10:00.000000Z
state: published
revision: 3
text_sha256: {hashlib.sha256(DOCUMENT.encode()).hexdigest()}
actions:
  - {{id: "00000000-0000-4000-8000-000000000000", kind: fix, priority: P0, \
text: "Upgrade ORM to patched version", owner: "bob", due: "2026-03-06", state: open}}
timeline_head: {{entries: 19, hash: "{"ab" * 32}"}}
---

{DOCUMENT}"""
    )


@pytest.mark.parametrize(
    "title",
    ["a: b", "- x", "# y", "'", '"', "=1+1", "\u2028x", "---\n---\nid: INC-1", "\x7f", "{a}"],
)
def test_any_title_is_read_back_by_yaml(title: str) -> None:
    incident = replace(INCIDENT, title=title, service=title)
    item = replace(ACTIONS[0], text=title, owner=title)

    front = exported(incident, ROW, "text", [item]).split("\n---\n")[0]

    found = yaml.safe_load(front)
    assert (found["id"], found["title"], found["services"]) == ("INC-12", title, [title])
    assert (found["actions"][0]["text"], found["actions"][0]["owner"]) == (title, title)


def test_hash_is_that_of_the_text() -> None:
    assert text_hash("é") == hashlib.sha256("é".encode()).hexdigest()
