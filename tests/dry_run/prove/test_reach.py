"""The walk over steps and rounds is the core's."""

from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from tests.core.world import MONDAY, settings, step
from tests.dry_run.configurations import configurations
from triaged.core.oncall.duty import duty_of
from triaged.core.records.events import AlertReceived
from triaged.core.records.model import Alert, PageKind, Plan, Severity
from triaged.core.response.escalation import REPEAT_MIN_US
from triaged.core.settings import Contact, ContactStep, Person, Settings
from triaged.core.time.durations import DAY, MINUTE, WEEK
from triaged.dry_run.prove.reach import ROUNDS_MAX, Case, KnownShifts, Reached
from triaged.dry_run.simulator import Simulator

START = MONDAY - 10 * DAY  # over the change of clocks in Berlin, 2026-03-29
instants = st.integers(START, START + 2 * WEEK - 1)


def happens(chosen: Settings, severity: str, at: int) -> Reached | None:
    """The first page to a person that really goes out for an incident armed at `at`."""
    simulator = Simulator(chosen, at)
    labels = {"alertname": "A", "severity": severity}
    simulator.handle(
        AlertReceived(Alert("am", "f", firing=True, labels=labels, annotations={}), at)
    )
    simulator.run_until(at + 9 * DAY)
    for sent_at, page in simulator.sent:
        if page.kind is PageKind.PAGE and page.recipient.person:
            return Reached(sent_at, page.recipient.person, page.recipient.contact)
    return None


@how(max_examples=150)
@given(configurations(), st.sampled_from(list(Severity)), instants)
def test_the_first_human_is_the_one_that_the_core_pages(
    chosen: Settings, severity: Severity, at: int
) -> None:
    duty = KnownShifts(duty_of(chosen), START, START + 5 * WEEK)
    found = Case(chosen, duty, severity, chosen.policies["default"]).first_human(at)
    real = happens(chosen, severity, at)

    if found is None and real is not None:  # the walk follows what is paged on for a day
        assert real.at > at + ROUNDS_MAX * REPEAT_MIN_US
        return
    assert (found and found.at) == (real and real.at)


def test_a_contact_that_comes_later_is_waited_for() -> None:
    late = ContactStep("mail", 3 * MINUTE)
    alice = Person("alice", "Alice", "UTC", {"mail": Contact("mail")}, (late,), (late,))
    plan = Plan("default", (step(0, "person:alice"),))
    chosen = settings(people={"alice": alice}, policies={"default": plan})

    found = Case(
        chosen, KnownShifts(duty_of(chosen), START, START + WEEK), Severity.SEV1, plan
    ).first_human(START)

    assert found == Reached(START + 3 * MINUTE, "alice", "mail")
