"""The outbox of requests to outsiders: one is `due` until it has ended; a lease only hides it."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from triaged.core.records.practice.requests import Earlier, Request, RequestState
from triaged.store.database.base import Bulk, Reader, Row, Transaction, Writer
from triaged.store.database.readable import readable
from triaged.store.tables.practice_rows.row_table import Column, RowTable
from triaged.wire import encode

LISTED_MAX = 1000
PRUNED_AT_ONCE = 500

COLUMNS = (
    Column("kind", "text", lambda request: request.kind),
    Column("lane", "text", lambda request: request.lane),
    Column("topic", "text", lambda request: request.topic),
    Column("ref", "text", lambda request: request.result.get("ref", "")),
    Column("state", "text", lambda request: request.state.value),
    Column("created_at", "bigint", lambda request: request.created_at),
    Column("due_at", "bigint", lambda request: request.due_at),
    Column("lease_until", "bigint", lambda request: request.lease_until),
    Column("token", "bigint", lambda request: request.token),
    Column("ended_at", "bigint", lambda request: request.ended_at),
)


class RequestTable(RowTable[Request]):
    """The table, whose rows are written only while their fence holds."""

    def __init__(self) -> None:
        super().__init__(Request, "requests", *COLUMNS)
        kept = self.save.sql.replace("lease_until = excluded.lease_until", LEASE)
        self.save = msgspec.structs.replace(self.save, sql=kept + FENCE)


LEASE = """lease_until = CASE
    WHEN excluded.lease_until > 0 AND excluded.lease_until < requests.lease_until
    THEN requests.lease_until ELSE excluded.lease_until END"""
"""A lease is given back (0) or prolonged; a row that was read before it was prolonged keeps it."""

FENCE = """ WHERE requests.token < excluded.token
    OR (requests.token = excluded.token AND requests.state = 'due')"""
"""A decision that is made again changes nothing that was claimed or has ended since."""

TABLE = RequestTable()

CLAIM = Bulk(
    """WITH v (id, lease_until, token, body) AS ({rows})
       UPDATE requests SET lease_until = v.lease_until, token = v.token, body = v.body
       FROM v WHERE requests.id = v.id""",
    ("text", "bigint", "bigint", "text"),
)
RENEW = Bulk(
    """WITH v (id, token, lease_until) AS ({rows})
       UPDATE requests SET lease_until = v.lease_until
       FROM v WHERE requests.id = v.id AND requests.token = v.token AND requests.state = 'due'
           AND requests.lease_until < v.lease_until""",
    ("text", "bigint", "bigint"),
)
FAIL = Bulk(
    """WITH v (id) AS ({rows}) UPDATE requests SET state = 'failed' FROM v
       WHERE requests.id = v.id""",
    ("text",),
)
UNDER_WAY = """EXISTS (SELECT 1 FROM requests o WHERE o.topic = r.topic AND o.topic <> ''
    AND o.state = 'due' AND o.lease_until > {now})"""
"""Whether another one with the same topic is under way: they go one after the other."""
CLAIMABLE = f"""SELECT r.id, r.topic FROM requests r
    WHERE r.lane = $1 AND r.state = 'due' AND r.due_at <= $2 AND r.lease_until <= $2
        AND NOT {UNDER_WAY.format(now="$2")}
    ORDER BY r.due_at, r.id LIMIT $3"""
TAKEN = Bulk(
    f"""WITH v (id, now) AS ({{rows}}) SELECT {{columns}} FROM v CROSS JOIN requests r
       WHERE r.id = v.id AND r.state = 'due' AND r.lease_until <= v.now
           AND NOT {UNDER_WAY.format(now="v.now")}""",
    ("text", "bigint"),
    ("r.id", "r.body"),
    locks="r SKIP LOCKED",
)
OF_TOPICS = Bulk(
    """WITH v (topic) AS ({rows}) SELECT {columns} FROM v CROSS JOIN requests r
       WHERE r.topic = v.topic AND r.topic <> ''""",
    ("text",),
    ("r.id", "r.body"),
)
BY_REFS = Bulk(
    """WITH v (lane, ref) AS ({rows}) SELECT {columns} FROM v CROSS JOIN requests r
       WHERE r.lane = v.lane AND r.ref = v.ref AND r.ref <> ''""",
    ("text", "text"),
    ("r.id", "r.body"),
)
_decode = msgspec.json.Decoder(Request).decode


class Claimed(msgspec.Struct, frozen=True):
    """A request that was taken, and what is known of others with its topic."""

    request: Request
    newer: bool
    earlier: Earlier


def _decoded(rows: Sequence[Row]) -> list[Request]:
    return readable("requests", rows, _request)[0]


def _request(row: Row) -> Request:
    return _decode(row[1])


async def claim(tx: Transaction, lane: str, now: int, lease_us: int, most: int) -> list[Claimed]:
    """Take due requests of a lane, the longest due first; nobody else sees them for `lease_us`.

    Of one topic one is taken, and none while another of it is under way. Each has a token higher
    than any before. What cannot be read has failed.
    """
    found = await tx.fetch(CLAIMABLE, lane, now, most)
    topics: dict[str, str] = {}
    chosen = []
    for identity, topic in found:
        if not topic or topics.setdefault(topic, identity) == identity:
            chosen.append(identity)
    await tx.lock_keys({f"requests {topic}" for topic in topics})
    rows = await tx.fetch_bulk(TAKEN, [(identity, now) for identity in chosen])
    requests, torn = readable("requests", rows, _request)
    claimed = [
        replace(each, token=each.token + 1, lease_until=now + lease_us, attempts=each.attempts + 1)
        for each in sorted(requests, key=lambda each: (each.due_at, each.id))
    ]
    values = [(r.id, r.lease_until, r.token, encode(r).decode()) for r in claimed]
    await tx.write(CLAIM, values)
    await tx.write(FAIL, [row[:1] for row in torn])
    others = await _of_topics(tx, {each.topic for each in claimed if each.topic})
    return [_with_others(each, others.get(each.topic, ())) for each in claimed]


async def _of_topics(tx: Reader, topics: Collection[str]) -> Mapping[str, list[Request]]:
    """Every request with one of these topics, newer ones first."""
    rows = await tx.fetch_bulk(OF_TOPICS, [(topic,) for topic in sorted(topics)])
    found: dict[str, list[Request]] = {}
    for each in sorted(_decoded(rows), key=_place, reverse=True):
        found.setdefault(each.topic, []).append(each)
    return found


def _place(request: Request) -> tuple[int, str]:
    return request.created_at, request.id


def _with_others(request: Request, others: Iterable[Request]) -> Claimed:
    rest = [each for each in others if each.id != request.id]
    lasting = (RequestState.DUE, RequestState.SENT)
    newer = any(each.state in lasting and _place(each) > _place(request) for each in rest)
    result: dict[str, str] = {}
    for each in rest:
        if each.state is RequestState.SENT:
            result = {**each.result, **result}
    begun = [each.maybe_since for each in rest if each.maybe_since is not None]
    return Claimed(request, newer, Earlier(result, min(begun, default=None)))


async def renew(tx: Writer, held: Iterable[tuple[str, int]], until: int) -> None:
    """Keep what is claimed, (id, token) each, from everybody else until then."""
    await tx.write(RENEW, sorted((identity, token, until) for identity, token in held))


async def next_due(tx: Reader, lane: str) -> int | None:
    """The instant at which the next request of a lane can be claimed; None: there is none."""
    row = await tx.fetch_one(
        """SELECT (SELECT MIN(due_at) FROM requests
                   WHERE lane = $1 AND state = 'due' AND lease_until <= due_at),
                  (SELECT MIN(lease_until) FROM requests
                   WHERE lane = $1 AND state = 'due' AND lease_until > due_at)""",
        lane,
    )
    return min((at for at in row or () if at is not None), default=None)


async def lanes_due(tx: Reader) -> list[tuple[str, str]]:
    """The lanes that have requests in the outbox, each with the kind of one of them."""
    rows = await tx.fetch(
        "SELECT lane, MIN(kind) FROM requests WHERE state = 'due' GROUP BY lane ORDER BY lane"
    )
    return [(row[0], row[1]) for row in rows]


async def pending(tx: Reader) -> int:
    """How many requests are due."""
    row = await tx.fetch_one("SELECT COUNT(*) FROM requests WHERE state = 'due'")
    return 0 if row is None else int(row[0])


async def of_refs(tx: Reader, lane: str, refs: Iterable[str]) -> dict[str, Request]:
    """The newest request of a lane that led to each of these."""
    rows = await tx.fetch_bulk(BY_REFS, [(lane, ref) for ref in sorted(set(refs))])
    found = sorted(_decoded(rows), key=_place)
    return {each.result["ref"]: each for each in found}


async def of(tx: Reader, number: int) -> list[Request]:
    """The requests of an incident, in the order in which they were decided."""
    rows = await tx.fetch(
        "SELECT id, body FROM requests WHERE incident = $1 ORDER BY created_at, id LIMIT $2",
        number,
        LISTED_MAX,
    )
    return _decoded(rows)


async def fetch(tx: Reader, identity: str) -> Request | None:
    """One request."""
    found = _decoded(await tx.fetch("SELECT id, body FROM requests WHERE id = $1", identity))
    return found[0] if found else None


class Filter(msgspec.Struct, frozen=True):
    """Which requests are listed; empty: any."""

    state: str = ""
    kind: str = ""
    incident: int | None = None


async def listing(
    tx: Reader, wanted: Filter, before: tuple[int, str] | None, limit: int
) -> list[Request]:
    """Requests, newest first, from behind the place `before` (`created_at`, `id`)."""
    at, identity = before or (1 << 62, "")
    rows = await tx.fetch(
        """SELECT id, body FROM requests
           WHERE (created_at < $1 OR (created_at = $1 AND id < $2))
               AND ($3 = '' OR state = $3) AND ($4 = '' OR kind = $4)
               AND ($5 = -1 OR incident = $5)
           ORDER BY created_at DESC, id DESC LIMIT $6""",
        at,
        identity,
        wanted.state,
        wanted.kind,
        -1 if wanted.incident is None else wanted.incident,
        limit,
    )
    return _decoded(rows)


async def prune(tx: Transaction, before: int) -> int:
    """Delete some requests that ended before an instant; how many they were."""
    return await tx.execute(
        """DELETE FROM requests WHERE id IN (SELECT id FROM requests
           WHERE state <> 'due' AND ended_at < $1 ORDER BY ended_at LIMIT $2)""",
        before,
        PRUNED_AT_ONCE,
    )
