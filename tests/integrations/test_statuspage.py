"""Posts at Statuspage: one incident, a request a second, found again by its mark."""

from msgspec.structs import replace

from tests.integrations.fakes.peer import NOW, run
from tests.integrations.fakes.statuspage import Statuspage
from tests.integrations.samples import SETTINGS
from triaged.core.records.events import Refused, TryAgain
from triaged.core.records.practice.requests import Done
from triaged.core.time.durations import MINUTE, SECOND
from triaged.integrations import Ended, PushIncident, statuspage

POST = PushIncident(
    "k3yd9q",
    "Checkout failures",
    "investigating",
    "We are looking into it.",
    {"checkout": "partial_outage", "search": "operational"},
    "major",
)


def push(peer: Statuspage, order: PushIncident) -> Ended:
    settings = SETTINGS["statuspage"]
    assert isinstance(settings, statuspage.Settings)
    return run(statuspage.push(order, settings, peer.now), peer)


def test_first_post_makes_an_incident_with_the_components_that_it_knows() -> None:
    peer = Statuspage()

    end = push(peer, POST)

    assert end == Done({"ref": "inc0", "url": "https://stspg.io/inc0"})
    assert peer.asked[0].content["incident"] == {
        "name": "Checkout failures",
        "status": "investigating",
        "body": "We are looking into it.",
        "deliver_notifications": True,
        "metadata": {"triaged": {"id": "k3yd9q"}},
        "components": {"c1": "partial_outage"},
        "component_ids": ["c1"],
        "impact_override": "major",
    }


def test_later_post_goes_to_the_same_incident() -> None:
    peer = Statuspage()
    push(peer, POST)
    peer.now += MINUTE

    end = push(peer, replace(POST, status="resolved", body="It works again.", ref="inc0"))

    assert isinstance(end, Done)
    assert peer.incidents[0]["posts"] == ["We are looking into it.", "It works again."]


def test_incident_whose_answer_was_lost_is_found() -> None:
    peer = Statuspage()
    peer.limited = False
    peer.faults = ["lost"]
    first = push(peer, POST)
    for number in range(30):
        push(peer, replace(POST, id=f"other{number}"))

    second = push(peer, replace(POST, maybe_since=NOW))

    assert isinstance(first, TryAgain)
    assert second == Done({"ref": "inc0", "url": "https://stspg.io/inc0"})
    assert len(peer.incidents) == 31


def test_second_request_within_a_second_is_tried_later() -> None:
    peer = Statuspage()
    push(peer, POST)

    end = push(peer, replace(POST, ref="inc0"))

    assert isinstance(end, TryAgain)
    assert (end.after_us, end.maybe_accepted) == (60 * SECOND, False)


def test_status_that_they_do_not_know_is_refused() -> None:
    end = push(Statuspage(), replace(POST, status="unsure"))

    assert end == Refused("HTTP 422 Status is not included in the list")
