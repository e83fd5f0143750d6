"""Exchanges with third parties: their requests go out, the answers go back in, up to the end."""

from triaged.core.records.events import TryAgain
from triaged.core.records.practice.request_events import RequestVerdict
from triaged.core.records.practice.requests import Earlier, Request
from triaged.delivery.carriers.transports import Carrier
from triaged.errors import Malformed
from triaged.integrations import EXCHANGE_MAX, Changed, Ended, Exchange


async def drive(exchange: Exchange, carrier: Carrier) -> Ended:
    """Drive an exchange to its end."""
    try:
        request = next(exchange)
        for _ in range(EXCHANGE_MAX):
            request = exchange.send(await carrier.send(request))
    except StopIteration as end:
        ended: Ended = end.value
        return ended
    except Malformed as error:
        return TryAgain(f"an answer that cannot be read: {error}", maybe_accepted=True)
    finally:
        exchange.close()
    return TryAgain(f"it took more than {EXCHANGE_MAX} requests", maybe_accepted=True)


def verdict_of(ended: Ended) -> RequestVerdict:
    """The end of an exchange that was not about changes."""
    assert not isinstance(ended, Changed), "only trackers read changes"
    return ended


def maybe_since(request: Request, earlier: Earlier) -> int | None:
    """Since when a third party may have done it without our knowledge."""
    begun = [at for at in (request.maybe_since, earlier.maybe_since) if at is not None]
    return min(begun, default=None)
