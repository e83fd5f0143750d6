"""An incident without any alert: whose it is, how bad, and that the one before is known."""

from tests.core.world import DEFAULT_PLAN, World, settings
from triaged.core.records.effects import SaveIncident
from triaged.core.records.events import Resolved, SelfAlertFired
from triaged.core.records.model import Incident, Reason, ResolveWhen, Severity
from triaged.core.response.escalation import Cause
from triaged.core.self_alerts import self_alert_key
from triaged.core.settings import Service, Settings, Team
from triaged.core.situation import Situation
from triaged.core.system_incidents import SystemIncident, open_system_incident

CAUSE = Cause(Reason.OWN_TROUBLE, 0)
OWNED = settings(
    teams={"shop": Team("shop", ("alice",), policy="shop")},
    services={"cart": Service("cart", team="shop", runbook="https://runbooks.example.org/cart")},
    policies={"default": DEFAULT_PLAN, "shop": DEFAULT_PLAN},
)


def opened(notice: SystemIncident, chosen: Settings) -> Incident:
    """The incident that a notice opens in a new world."""
    world = World(chosen)
    effects = open_system_incident(Situation(world.view, chosen, world.now), notice).effects()
    return next(one.incident for one in effects if isinstance(one, SaveIncident))


def test_without_a_severity_it_has_that_of_the_unclassified_and_says_what_it_is() -> None:
    incident = opened(SystemIncident((("a", "b"),), "title", CAUSE, "why"), settings())

    assert (incident.severity, incident.severity_by) == (Severity.SEV2, "triaged")
    assert incident.text == "why"
    assert incident.resolve.when is ResolveWhen.NEVER


def test_with_a_severity_it_says_by_what() -> None:
    notice = SystemIncident(
        (("a", "b"),), "title", CAUSE, severity=Severity.SEV3, severity_by="rule:x"
    )

    incident = opened(notice, settings())

    assert (incident.severity, incident.severity_by) == (Severity.SEV3, "rule:x")


def test_it_is_its_services() -> None:
    incident = opened(SystemIncident((("a", "b"),), "title", CAUSE, service="cart"), OWNED)

    assert (incident.service, incident.team) == ("cart", "shop")
    assert incident.runbook == "https://runbooks.example.org/cart"


def test_what_it_names_itself_is_stronger() -> None:
    notice = SystemIncident((("a", "b"),), "title", CAUSE, service="cart", team="own", runbook="r")

    incident = opened(notice, OWNED)

    assert (incident.team, incident.runbook) == ("own", "r")


def test_the_one_before_is_known() -> None:
    world = World()
    world.handle(SelfAlertFired("room", "no room", "make some", found_at=0))
    world.handle(Resolved(1, "bob"))
    notice = SystemIncident(self_alert_key("room"), "title", CAUSE)

    draft = open_system_incident(world.situation(), notice)

    assert (draft.incident.number, draft.incident.previous) == (2, 1)
