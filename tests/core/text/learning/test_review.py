"""The review as Markdown: a line where all is well, a limit where there is much."""

from zoneinfo import ZoneInfo

from tests.core.world import MONDAY
from triaged.core.practice.learning.review import Finding, Section, Topic
from triaged.core.text.learning.review import (
    MAIL_FINDINGS,
    MAIL_MAX,
    review_mail,
    review_markdown,
    review_sentence,
)
from triaged.core.time.durations import DAY

UTC_ZONE = ZoneInfo("UTC")
BLAME = Section(Topic.BLAME, [Finding("INC-1: 1 sentence", "INC-1")])
WELL = Section(Topic.UPDATES, [])


def test_each_section_has_its_consequence_and_fix_or_says_that_all_is_well() -> None:
    text = review_markdown([BLAME, WELL], MONDAY, MONDAY + 7 * DAY, UTC_ZONE)

    assert text == (
        "# Review, 2026-03-30 to 2026-04-06\n"
        "\n"
        "## Blame in postmortems\n"
        "\n"
        "Consequence: People hide mistakes. Fix: Blameless postmortems.\n"
        "\n"
        "- INC-1: 1 sentence\n"
        "\n"
        "**Late updates**: all is well, every promised update came on time."
    )


def test_a_mail_has_as_many_findings_as_there_is_room_for() -> None:
    few = Section(Topic.NOISE, [Finding(f"{n}") for n in range(20)], more=5)
    many = [Section(topic, [Finding("x" * 100)] * 20) for topic in Topic]

    mail = review_mail([few], MONDAY, MONDAY + DAY, UTC_ZONE)
    full = review_mail(many, MONDAY, MONDAY + DAY, UTC_ZONE)

    assert mail.count("\n- ") == MAIL_FINDINGS + 1
    assert mail.endswith("- and 17 more: `triaged review`")
    assert len(full) <= MAIL_MAX
    assert full.count("more: `triaged review`") == len(Topic)
    assert review_markdown([few], MONDAY, MONDAY + DAY, UTC_ZONE).count("\n- ") == 21


def test_the_sentence_says_how_much_there_is_to_talk_about() -> None:
    assert review_sentence([BLAME, WELL]) == "weekly review: 1 of 2 topics to talk about"
    assert review_sentence([WELL]) == "weekly review: all is well"
