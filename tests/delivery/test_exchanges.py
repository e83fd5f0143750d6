"""An exchange is driven to its end, whatever it asks and whatever comes back."""

from tests.delivery.request_world import Bot, request
from triaged.channels import HttpRequest, HttpResponse
from triaged.core.records.events import TryAgain
from triaged.core.records.practice.requests import Done, Earlier
from triaged.delivery.exchanges import drive, maybe_since, verdict_of
from triaged.errors import Malformed
from triaged.integrations import EXCHANGE_MAX, Exchange

REQUEST = HttpRequest("GET", "https://x", {"idempotency-key": "k"}, b"")


async def test_answers_go_back_into_the_exchange() -> None:
    def twice() -> Exchange:
        first = yield REQUEST
        second = yield REQUEST
        assert isinstance(first, HttpResponse)
        assert isinstance(second, HttpResponse)
        return Done({"statuses": f"{first.status} {second.status}"})

    bot = Bot(HttpResponse(201, {}, b""), HttpResponse(202, {}, b""))

    assert verdict_of(await drive(twice(), bot)) == Done({"statuses": "201 202"})


async def test_exchange_without_an_end_is_cut() -> None:
    def endless() -> Exchange:
        while True:
            yield REQUEST

    bot = Bot()

    end = await drive(endless(), bot)

    assert isinstance(end, TryAgain)
    assert len(bot.keys) == EXCHANGE_MAX


async def test_answer_that_cannot_be_read_is_tried_again() -> None:
    def strict() -> Exchange:
        yield REQUEST
        raise Malformed("wrong_shape", "not an instant")

    end = await drive(strict(), Bot())

    assert end == TryAgain("an answer that cannot be read: not an instant", maybe_accepted=True)


def test_earliest_attempt_that_may_have_worked_counts() -> None:
    ours = request("a", 5, maybe_since=7)

    assert maybe_since(ours, Earlier(maybe_since=3)) == 3
    assert maybe_since(ours, Earlier()) == 7
    assert maybe_since(request("a", 5), Earlier()) is None
