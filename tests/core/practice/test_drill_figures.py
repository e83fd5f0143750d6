"""A drill changes no figure: a random history gives the same with a drill beside it as without."""

from collections.abc import Iterable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.practice.drills import CHECKOUT, Drilling, drilled
from triaged.core.records.effects import ByKind, Effect
from triaged.core.records.events import Acknowledged, Closed, Escalated, Resolved
from triaged.core.records.practice.drills import DrillAborted, DrillAnswered, DrillStarted
from triaged.core.records.practice.events import RoleAssigned, UpdatePosted
from triaged.core.records.practice.roles import Role
from triaged.core.settings import FlapLimit, StormLimit
from triaged.core.time.durations import HOUR, MINUTE
from triaged.metrics import Metrics

Step = tuple[str, int]
"""What happens to the world, and a number that says which alert or how long."""

OWN_WORK = ("triaged_commit_", "triaged_build_info", "triaged_timer_", "# ")
"""Series about the work of the process itself, and comments."""

REAL = st.sampled_from(["fires", "ends", "acknowledge", "resolve", "escalate", "update", "wait"])
OF_DRILL = st.sampled_from(
    ["acknowledge", "resolve", "close", "escalate", "role", "update", "answer", "abort", "again"]
)
STEPS = st.lists(st.tuples(REAL, st.integers(0, 5)), min_size=1, max_size=25)
BESIDE = st.dictionaries(st.integers(0, 25), st.lists(OF_DRILL, max_size=3), max_size=6)


class Counted(Drilling):
    """A world whose commits are counted as the daemon counts them."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        super().__init__(drilled(storm=StormLimit(2, HOUR), flapping=FlapLimit(2, HOUR)))

    def keep(self, effects: Iterable[Effect]) -> None:
        """Keep and count the rows."""
        found = list(effects)
        super().keep(found)
        self.metrics.committed(ByKind(found), 0, 0)

    def figures(self) -> list[str]:
        """All series of a scrape but those about the process's own work."""
        lines = self.metrics.exposition("")[0].decode().splitlines()
        return [line for line in lines if not line.startswith(OWN_WORK)]

    def real(self) -> list[int]:
        """The numbers of the incidents that are no drill."""
        return sorted(n for n, one in self.view.incidents.items() if one.kind == "incident")

    def drills(self) -> list[int]:
        """The numbers of the drills."""
        return sorted(n for n, one in self.view.incidents.items() if one.kind == "drill")

    def do(self, step: Step) -> None:
        """A step of the real history."""
        what, number = step
        name = ("Down", "Slow", "Lost")[number % 3]
        severity = ("SEV-1", "SEV-2", "SEV-3")[number % 3]
        match what:
            case "fires":
                self.fires(alertname=name, service="checkout", severity=severity, pod=str(number))
            case "ends":
                self.ends(alertname=name, service="checkout", severity=severity, pod=str(number))
            case "wait":
                self.run_until(self.now + (1 + 3 * number) * MINUTE)
            case _:
                known = self.real()
                self._act(what, known[number % len(known)] if known else 0)

    def practise(self, what: str) -> None:
        """Something that happens in the newest drill."""
        number = self.drills()[-1]
        match what:
            case "answer":
                self.handle(DrillAnswered(number, "bob", "an answer"))
            case "abort":
                self.handle(DrillAborted(number, "bob"))
            case "again":
                identity = f"d{len(self.drills()) + 1}"
                scenario = replace(CHECKOUT, name=identity)
                self.handle(DrillStarted("carol", identity, scenario, ("alice", "bob"), pages=True))
            case "role":
                self.handle(RoleAssigned(number, "bob", Role.INCIDENT_COMMANDER, "alice"))
            case "close":
                self.handle(Closed(number, "bob"))
            case _:
                self._act(what, number)

    def _act(self, what: str, number: int) -> None:
        match what:
            case "acknowledge":
                self.handle(Acknowledged(number, "alice", take_over=True))
            case "resolve":
                self.handle(Resolved(number, "alice"))
            case "escalate":
                self.handle(Escalated(number, "alice"))
            case _:
                text = f"now {self.now}"
                self.handle(UpdatePosted(number, "alice", "much", text, "restart"))

    def seen(self) -> object:
        """What real incidents have come to, and who heard of them when."""
        incidents = [self.view.incidents[number] for number in self.real()]
        heard = [
            (at, page.recipient, page.kind, page.severity)
            for at, page in self.sent
            if page.incident not in self.drills()
        ]
        outcomes = [
            (
                one.key,
                one.state,
                one.severity,
                one.response,
                one.reopens,
                one.flaps,
                bool(one.storm),
            )
            for one in incidents
        ]
        return outcomes, sorted(heard), [(s.opened, s.over_at) for s in self.view.storms.values()]


def played(steps: Sequence[Step], beside: dict[int, list[str]] | None) -> Counted:
    """The world after the history; with a drill beside it unless `beside` is None."""
    world = Counted()
    if beside is not None:
        world.begin()
    for index, step in enumerate(steps):
        world.do(step)
        for what in (beside or {}).get(index, ()):
            world.practise(what)
    world.run_until(world.start + 12 * HOUR)
    return world


@given(STEPS, BESIDE)
@settings(max_examples=60, deadline=None)
def test_drill_changes_no_figure(steps: list[Step], beside: dict[int, list[str]]) -> None:
    without, with_drill = played(steps, None), played(steps, beside)

    assert with_drill.drills()
    assert with_drill.figures() == without.figures()
    assert with_drill.seen() == without.seen()
