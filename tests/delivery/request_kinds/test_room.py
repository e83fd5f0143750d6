"""Rooms are made at the pace that the integration allows."""

from tests.delivery.request_kinds.test_contract import tools
from tests.delivery.request_world import rooms
from triaged.delivery.request_kinds import Pace
from triaged.delivery.request_kinds.room import pace
from triaged.integrations import webhook


def test_pace_is_that_of_the_integration() -> None:
    found = pace("integration/bot", tools(integrations=rooms("bot").integrations))

    assert found == Pace(4, webhook.EVERY_US)
