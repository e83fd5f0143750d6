"""Guards of the promises, each with a way to take it out and the tests that miss it.

`make mutations` takes out one after the other and demands that a test fails.
"""

from typing import NamedTuple


class Mutation(NamedTuple):
    """One guard: its exact text in a file, what stands there without it, and who notices."""

    promise: str
    path: str
    guard: str
    instead: str
    tests: tuple[str, ...]
    """Tests as pytest takes them, of which at least one must fail without the guard."""


STORE = (
    Mutation(
        "a commit is on disk when it returns",
        "triaged/store/database/sqlite.py",
        '"synchronous = FULL"',
        '"synchronous = NORMAL"',
        ("tests/store/database/test_sqlite.py::test_what_is_committed_is_on_disk",),
    ),
    Mutation(
        "one daemon uses an SQLite file",
        "triaged/store/database/locking.py",
        "fcntl.LOCK_EX | fcntl.LOCK_NB",
        "fcntl.LOCK_SH | fcntl.LOCK_NB",
        ("tests/store/database/test_locking.py",),
    ),
    Mutation(
        "two daemons on one PostgreSQL do not open one key twice",
        "triaged/store/database/postgres.py",
        "ELSE pg_advisory_xact_lock(key) END",
        "ELSE NULL END",
        ("tests/store/database/test_postgres.py",),
    ),
    Mutation(
        "an incident number is handed out once",
        "triaged/store/tables/counters.py",
        'locks="c"',
        'locks=""',
        ("tests/store/database/test_postgres.py",),
    ),
    Mutation(
        "a page that one daemon claims, another passes over",
        "triaged/store/tables/pages.py",
        'locks="p SKIP LOCKED"',
        'locks="p"',
        ("tests/store/database/test_postgres.py",),
    ),
    Mutation(
        "one incident is open for each key",
        "triaged/store/migrations/0001_initial.sql",
        "CREATE UNIQUE INDEX incidents_live_key",
        "CREATE INDEX incidents_live_key",
        ("tests/store/tables/test_incidents.py",),
    ),
    Mutation(
        "a page is added once",
        "triaged/store/tables/pages.py",
        "{rows} ON CONFLICT (id) DO NOTHING",
        "{rows} ON CONFLICT (id) DO UPDATE SET body = excluded.body",
        ("tests/store/tables/test_pages.py::test_the_same_page_is_added_once",),
    ),
    Mutation(
        "a claim that was lost writes nothing",
        "triaged/store/tables/pages.py",
        "AND pages.token = v.token",
        "",
        ("tests/store/tables/test_pages.py",),
    ),
    Mutation(
        "a page that was claimed since it was found is not claimed again",
        "triaged/store/tables/pages.py",
        "WHERE p.id = v.id AND p.state = 'due' AND p.lease_until <= v.now",
        "WHERE p.id = v.id AND p.state = 'due'",
        ("tests/store/tables/test_pages.py",),
    ),
    Mutation(
        "an entry of a timeline that was changed is found",
        "triaged/store/queries/verify.py",
        "if previous != entry.hash:",
        "if previous == '':",
        ("tests/store/queries/test_verify.py",),
    ),
)

ENGINE = (
    Mutation(
        "what was decided on a commit that failed is decided anew",
        "triaged/engine/engine.py",
        "if not await self._land():",
        "if await self._land() is None:",
        ("tests/engine/test_engine_ahead.py",),
    ),
    Mutation(
        "an alert that cannot be decided costs no neighbour",
        "triaged/engine/engine.py",
        "for half in (alone[:middle], alone[middle:]):",
        "for half in (alone[:middle],):",
        ("tests/engine/test_engine.py",),
    ),
    Mutation(
        "an alert that cannot be decided goes to quarantine",
        "triaged/engine/engine.py",
        "if not isinstance(event, AlertReceived):",
        "if isinstance(event, AlertReceived):",
        ("tests/engine/test_engine.py",),
    ),
    Mutation(
        "more alerts than can wait are refused",
        "triaged/engine/engine.py",
        "self._ingest.waiting + len(events) > INGEST_MAX",
        "self._ingest.waiting < 0",
        ("tests/engine/test_engine.py",),
    ),
    Mutation(
        "what is still due after firing is put off",
        "triaged/engine/timekeeper.py",
        "elif timer in self._fired:",
        "elif timer is None:",
        ("tests/engine/test_timekeeper_stuck.py",),
    ),
    Mutation(
        "a timer whose row was lost is found",
        "triaged/engine/timekeeper.py",
        "if now >= self._sweep_at:",
        "if now < 0:",
        ("tests/engine/test_timekeeper.py",),
    ),
)

CORE = (
    Mutation(
        "who has acknowledged is not paged",
        "triaged/core/response/delivering.py",
        "if incident.state is State.ACKNOWLEDGED:",
        "if incident.state is None:",
        (
            "tests/core/response/test_delivering.py::test_a_page_is_superseded_by_an_acknowledgement",
        ),
    ),
    Mutation(
        "a page of an older arming is not sent",
        "triaged/core/response/delivering.py",
        "if page.epoch < incident.escalation.epoch:",
        "if page.epoch < 0:",
        ("tests/core/response/test_delivering.py::test_a_page_of_an_older_epoch_is_superseded",),
    ),
    Mutation(
        "a page that somebody else has claimed since is theirs",
        "triaged/core/response/delivering.py",
        "stored.token != page.token or",
        "",
        ("tests/core/response/test_delivering.py",),
    ),
    Mutation(
        "a verdict of a lost lease changes nothing",
        "triaged/core/response/delivering.py",
        "page.token != event.token or",
        "",
        ("tests/core/response/test_delivering.py",),
    ),
    Mutation(
        "a repeated attempt of unknown end is marked as a possible duplicate",
        "triaged/core/response/delivering.py",
        "page = replace(page, possible_duplicate=True)",
        "page = replace(page, possible_duplicate=False)",
        ("tests/core/response/test_delivering.py",),
    ),
    Mutation(
        "a step of an older arming does not fire",
        "triaged/core/response/timing.py",
        "return incident.state is State.OPEN and expected",
        "return incident.state is State.OPEN",
        ("tests/core/response/test_timing.py",),
    ),
    Mutation(
        "an acknowledged incident is not escalated",
        "triaged/core/response/timing.py",
        "return incident.state is State.OPEN and expected",
        "return expected",
        ("tests/core/response/test_timing.py",),
    ),
    Mutation(
        "an acknowledgement that was renewed does not end with the old one",
        "triaged/core/response/timing.py",
        "incident.state is State.ACKNOWLEDGED and timer.epoch == place.epoch",
        "incident.state is State.ACKNOWLEDGED",
        ("tests/core/response/test_timing.py",),
    ),
    Mutation(
        "an alert of a source that is silent does not lapse",
        "triaged/core/alerts/receiving.py",
        "< state.lapses_at:",
        "< 0:",
        ("tests/core/alerts/test_receiving.py",),
    ),
    Mutation(
        "a look at an alert that lapses no more is put off",
        "triaged/core/alerts/receiving.py",
        "if state.lapses_at is None:",
        "if state.lapses_at == 0:",
        ("tests/engine/test_timekeeper_stuck.py",),
    ),
)

OUTSIDE = (
    Mutation(
        "what is left of a lease covers an attempt",
        "triaged/delivery/lane.py",
        "if now + ATTEMPT_US > page.lease_until:",
        "if now > page.lease_until + ATTEMPT_US:",
        ("tests/delivery/test_lane_lease.py",),
    ),
    Mutation(
        "a request that the API asked for does not reach the operator's network",
        "triaged/delivery/guard.py",
        "if not address.is_global or",
        "if",
        ("tests/delivery/test_guard.py",),
    ),
    Mutation(
        "a token does what its scopes allow",
        "triaged/http/guards.py",
        "if not caller.may(scope):",
        "if not scope:",
        ("tests/api/test_tokens.py", "tests/api/test_webhooks.py", "tests/http/test_guards.py"),
    ),
    Mutation(
        "who has no token gets nothing",
        "triaged/http/guards.py",
        "if caller is None:",
        "if caller == 0:",
        ("tests/http/test_alert_bodies.py::test_no_token_no_entry",),
    ),
    Mutation(
        "a request that another site makes in a browser is refused",
        "triaged/http/guards.py",
        "if origins.is_cross_site(call.request, configuration.public_url):",
        "if call is None:",
        ("tests/http/test_server.py",),
    ),
    Mutation(
        "a link that was forged acts on nothing",
        "triaged/access/action_links.py",
        'if not signed or f"{_text(payload)}.{_text(_mac(payload, key))}" != text:',
        "if not dot:",
        ("tests/access/test_action_links.py",),
    ),
    Mutation(
        "a link acts until it expires",
        "triaged/access/action_links.py",
        "return link if now < link.expires_s * 1_000_000 else None",
        "return link",
        ("tests/access/test_action_links.py",),
    ),
    Mutation(
        "a signature of Grafana's holds or the body is refused",
        "triaged/ingest/grafana.py",
        'raise Unauthorized(f"the signature in {settings.hmac_header} is missing or wrong")',
        "pass",
        ("tests/ingest/test_grafana.py",),
    ),
    Mutation(
        "a signature of GitHub's holds or the body is refused",
        "triaged/ingest/changes.py",
        "if signed or hmac.compare_digest(",
        "if True or hmac.compare_digest(",
        ("tests/ingest/test_changes.py",),
    ),
)

BANK = (*STORE, *ENGINE, *CORE, *OUTSIDE)
