import pytest

from tests.channels.answers import answer, posted
from tests.channels.notices import NOW, UPDATE, notice
from triaged.channels.teams import Settings, request, verdict
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.wire import Secret

SETTINGS = Settings(Secret("https://x.environment.api.powerplatform.com/flow?sig=s"))


def test_card_is_text_that_is_not_read_as_markdown() -> None:
    said = posted(request(notice(title="**x** [y](z)"), SETTINGS, NOW))

    (attachment,) = said["attachments"]
    card = attachment["content"]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert card["body"][0]["inlines"][0]["text"] == "SEV-1 **x** [y](z) (INC-12)"
    assert [action["type"] for action in card["actions"]] == ["Action.OpenUrl"]


def test_update_has_no_button() -> None:
    (attachment,) = posted(request(notice(UPDATE), SETTINGS, NOW))["attachments"]

    assert "actions" not in attachment["content"]


def test_card_is_small_enough() -> None:
    labels = {f"l{n}": "v" * 5000 for n in range(60)}

    assert len(request(notice(title="t" * 9000, labels=labels), SETTINGS, NOW).body) < 21_000


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (202, Delivered()),
        (400, Refused("HTTP 400")),
        (404, Refused("HTTP 404")),
        (429, TryAgain("HTTP 429")),
        (502, TryAgain("HTTP 502", None, maybe_accepted=True)),
    ],
)
def test_verdicts(status: int, expected: object) -> None:
    assert verdict(answer(status)) == expected


def test_flow_that_has_stopped_is_refused() -> None:
    with pytest.raises(ValueError, match="stopped on 2025-11-30"):
        Settings(Secret("https://prod-1.westeurope.logic.azure.com/workflows/x"))
