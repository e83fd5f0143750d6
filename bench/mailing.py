"""A post to 10,000 subscribers: how long its mails take, and what pages feel of it."""

import asyncio
import http.client
import json
import time
from pathlib import Path

from bench import peers
from bench.latency import page_wait
from bench.mailbox import mail_server
from bench.options import Options
from bench.peers import Setup
from bench.provider import provider
from bench.table import Line, quantile
from triaged.clock import SystemClock
from triaged.core.records.practice.status import Subscriber, SubscriberState
from triaged.store.database.connect import open_database
from triaged.store.tables import practice

SUBSCRIBERS = 10_000
LIMIT_MIN, PAGE_LIMIT_MS = 20, 50
WARM_UP = 20
SETTLE_S = 5


def measure(options: Options) -> list[Line]:
    """Pages before the post is published, and while its mails go out."""
    count = 60 if options.quick else 300
    with provider() as hook, mail_server() as mail, peers.folder() as place:
        smtp = f"smtp://127.0.0.1:{mail.port}"
        setup = Setup(hook_url=hook.url, components=3, subscribers_smtp=smtp)
        with peers.triaged_in(place, setup):
            pass  # it has made its store
        asyncio.run(_subscribe(place))
        with peers.triaged_in(place, setup) as peer:
            connection = http.client.HTTPConnection(peer.url.removeprefix("http://"))
            calm = [page_wait(connection, hook, number) for number in range(WARM_UP + count)]
            _publish(connection)
            time.sleep(SETTLE_S)
            began, before = time.monotonic(), len(mail.taken)
            busy = [page_wait(connection, hook, WARM_UP + count + n) for n in range(count)]
            rate = (len(mail.taken) - before) / (time.monotonic() - began)
    calm_text = " and ".join(f"{quantile(calm[WARM_UP:], share):.1f}" for share in (0.5, 0.99))
    busy_p99 = quantile(busy, 0.99)
    minutes = SUBSCRIBERS / rate / 60 if rate else float("inf")
    return [
        Line(
            f"a post to {SUBSCRIBERS:,} subscribers by mail",
            f"{rate:.1f} mails/s: {minutes:.1f} min",
            wanted=f"≤ {LIMIT_MIN} min",
            holds=minutes <= LIMIT_MIN,
        ),
        Line(
            f"webhook received → page accepted meanwhile (before: {calm_text} ms)",
            f"p50 {quantile(busy, 0.5):.1f} ms, p99 {busy_p99:.1f} ms",
            wanted=f"p99 ≤ {PAGE_LIMIT_MS} ms",
            holds=busy_p99 <= PAGE_LIMIT_MS,
        ),
    ]


async def _subscribe(place: Path) -> None:
    """Confirmed subscribers, each at a domain of its own."""
    clock = SystemClock()
    rows = [
        Subscriber(
            id=f"{number:032x}",
            incident=None,
            kind="mail",
            address=f"bob@d{number}.example.org",
            domain=f"d{number}.example.org",
            created_at=clock.now(),
            state=SubscriberState.ACTIVE,
            token=f"{number:064x}",
            confirmed_at=clock.now(),
        )
        for number in range(SUBSCRIBERS)
    ]
    database = await open_database(f"sqlite:{place}/triaged.db", clock)
    try:
        async with database.transaction() as tx:
            await practice.save(tx, rows)
    finally:
        await database.close()


def _publish(connection: http.client.HTTPConnection) -> None:
    posts = "/api/v1/status-page/posts"
    draft = _asked(connection, posts, {"title": "Checkout issues", "body": "Some fail."})
    _asked(connection, f"{posts}/{draft['id']}/publish", {})


def _asked(
    connection: http.client.HTTPConnection, path: str, body: dict[str, str]
) -> dict[str, str]:
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    found: dict[str, str] = json.loads(answer.read())
    assert answer.status < 300, found
    return found
