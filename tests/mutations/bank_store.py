"""Guards of the store and of the engine."""

from tests.mutations.mutation import Mutation

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
        "a batch locks the incidents that it changes",
        "triaged/store/batch_locks.py",
        "await tx.lock_keys(keys, shared)",
        "pass",
        ("tests/store/test_batch_locks.py",),
    ),
    Mutation(
        "one daemon uses a PostgreSQL",
        "triaged/store/database/store_lock.py",
        "await connection.execute(TAKE)",
        "pass",
        ("tests/store/database/test_store_lock.py",),
    ),
    Mutation(
        "a daemon that has lost its PostgreSQL to another writes nothing",
        "triaged/store/database/postgres.py",
        "await self._lock.keep()",
        "pass",
        ("tests/store/database/test_store_lock.py",),
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
        'pages.token = v.token AND pages.state = \'due\'"""',
        'pages.state = \'due\'"""',
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
        "a source has a bounded number of senders",
        "triaged/engine/senders.py",
        "if len(senders) < SENDERS_MAX:",
        "if len(senders) >= 0:",
        ("tests/engine/test_senders.py",),
    ),
    Mutation(
        "a timer whose row was lost is found",
        "triaged/engine/timekeeper.py",
        "if self._rearmed_to is None and now >= self._sweep_at:",
        "if now < 0:",
        ("tests/engine/test_timekeeper.py",),
    ),
)
