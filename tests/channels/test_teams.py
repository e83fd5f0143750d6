import pytest

from tests.channels.answers import answer
from tests.channels.fakes.teams import Teams, shown
from tests.channels.hostile import HOSTILE
from tests.channels.notices import NOW, UPDATE, notice
from triaged.channels import NoAnswer
from triaged.channels.teams import CARD_MAX, Settings, advice, request, verdict
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.wire import Secret

URL = "https://x.environment.api.powerplatform.com/flow?sig=s1gn"
SETTINGS = Settings(Secret(URL))


def test_card_is_text_and_a_link() -> None:
    peer = Teams()

    peer.serve(request(notice(title="**x** [y](z)"), SETTINGS, NOW))

    (card,) = peer.posted
    assert shown(card).startswith("SEV-1 **x** [y](z) (INC-12)\n")
    (action,) = card["actions"]
    assert action["url"] == "https://triaged.example.org/act/token"


def test_update_has_no_button() -> None:
    peer = Teams()

    peer.serve(request(notice(UPDATE), SETTINGS, NOW))

    assert "actions" not in peer.posted[0]


def test_every_card_is_one_that_teams_can_show() -> None:
    peer = Teams()

    for text in HOSTILE:
        labels = {"l": text, text[:60]: "v"}
        peer.serve(request(notice(title=text, service=text, labels=labels), SETTINGS, NOW))

    assert len(peer.posted) == len(HOSTILE)


@pytest.mark.parametrize("number", [0, 20, 60])
def test_card_is_small_enough_and_keeps_its_link(number: int) -> None:
    peer = Teams()
    labels = {f"l{n}": "é" * 5000 for n in range(number)}

    asked = request(notice(title='"' * 9000, labels=labels), SETTINGS, NOW)
    peer.serve(asked)

    assert len(asked.body) <= CARD_MAX
    assert "actions" in peer.posted[0]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (202, Delivered(is_unconfirmed=True)),
        (200, Delivered(is_unconfirmed=True)),
        (400, Refused("HTTP 400")),
        (401, Refused("HTTP 401")),
        (404, Refused("HTTP 404")),
        (413, Refused("HTTP 413")),
        (429, TryAgain("HTTP 429")),
        (502, TryAgain("HTTP 502", None, maybe_accepted=True)),
    ],
)
def test_verdicts(status: int, expected: object) -> None:
    assert verdict(answer(status)) == expected
    assert verdict(NoAnswer("cut")) == TryAgain("cut")


def test_flow_at_an_address_of_old_is_doubtful() -> None:
    old = Settings(Secret("https://prod-1.westeurope.logic.azure.com/workflows/x"))

    (found,) = advice(old)

    assert found.startswith("flow: flows at *.logic.azure.com stopped on 2025-11-30")
    assert advice(SETTINGS) == ()
    with pytest.raises(ValueError, match="URL of a flow"):
        Settings(Secret("flow"))
    assert "s1gn" not in repr(SETTINGS)
