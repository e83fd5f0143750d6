"""The parts that every route may use: built by the daemon; a reload replaces the configuration."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from triaged.calls.answering import Calls
from triaged.calls.self_tests import ChannelTest
from triaged.clock import ThreadClock
from triaged.config.model import Configuration
from triaged.engine.engine import Engine
from triaged.errors import Problem
from triaged.http.auth import KnownTokens
from triaged.http.bodies import Stop
from triaged.http.connection_limits import ConnectionLimits
from triaged.http.event_stream import EventStream
from triaged.http.rendering import LongQuestions, Rendering
from triaged.http.sessions import KnownSessions
from triaged.http.shared.published import Published
from triaged.intake.backlog import Backlog
from triaged.intake.limits import Intake
from triaged.intake.network_limit import NetworkLimit
from triaged.metrics import Metrics
from triaged.store.database.connect import Database
from triaged.wire import Secret

SIGN_UPS_MAX = 20
"""Subscriptions to the status page that the clients of one network may ask for in an hour."""

REPORTS_MAX = 60
"""Customers' reports with one token in an hour: a help desk forwards one a minute."""

SIGN_INS_MAX = 60
"""Attempts to sign in from one network in an hour: an office behind one address has a bad morning;
codes have 256 bits, so this spares the store and not the codes."""

CALENDARS_MAX = 60
"""Readings of one calendar in an hour: programs ask every hour, or every few minutes at most."""

FORMS_MAX = 5
"""Customers' reports by the public form from one network in an hour."""


@dataclass(kw_only=True)
class Context:
    """The parts of a running daemon."""

    engine: Engine
    database: Database
    clock: ThreadClock
    configuration: Configuration
    metrics: Metrics
    reload: Callable[[], Awaitable[tuple[Problem, ...]]]
    """Load the configuration anew; it was applied unless one of these problems is an error."""
    health: Callable[[], Mapping[str, bool]]
    """Whether each loop, by name, turns."""
    known_tokens: KnownTokens
    known_sessions: KnownSessions
    event_stream: EventStream
    intake: Intake
    backlog: Backlog
    connection_limits: ConnectionLimits
    stop: Stop
    """Is set as soon as the daemon is to stop."""
    action_key: Secret
    """The key of the links in pages."""
    calls: Calls
    """Takes what providers call us with."""
    started_at: int
    channel_tests: Mapping[str, ChannelTest] = field(default_factory=dict)
    """By channel: what its last test has found."""
    published: Published = field(default_factory=Published)
    """The status page."""
    sign_ups: NetworkLimit = field(default_factory=partial(NetworkLimit, SIGN_UPS_MAX))
    """Limit on subscriptions to it."""
    reports: NetworkLimit = field(default_factory=partial(NetworkLimit, REPORTS_MAX))
    """Limit on customers' reports, by token."""
    report_forms: NetworkLimit = field(default_factory=partial(NetworkLimit, FORMS_MAX))
    """Limit on customers' reports by the public form, by network."""
    calendars: NetworkLimit = field(default_factory=partial(NetworkLimit, CALENDARS_MAX))
    """Limit on readings of a published calendar, by its token."""
    rendering: Rendering = field(default_factory=Rendering)
    """Room for pages of the console that are made at one time."""
    long_questions: LongQuestions = field(default_factory=LongQuestions)
    """Room for answers that take long: figures, reviews."""
    sign_ins: NetworkLimit = field(default_factory=partial(NetworkLimit, SIGN_INS_MAX))
    """Limit on attempts to sign in, by network."""
    counted_at: int | None = None
    """Instant of the last update of the gauges that the store feeds."""
