"""Guards of the life of an incident, which the walks beside an oracle miss."""

from tests.mutations.mutation import Mutation

WALKS = ("tests/simulation/test_oracle.py::test_simulator_walks_as_the_oracle_says",)
YEARS = ("tests/simulation/test_years.py::test_years_go_as_the_oracle_says",)

LIVES = (
    Mutation(
        "in every life one incident is open for a key",
        "triaged/core/alerts/grouping.py",
        " or situation.live_incident(arrival.outcome.key)\n",
        "\n",
        WALKS,
    ),
    Mutation(
        "in every life what nothing mutes any more pages",
        "triaged/core/muting/mute_hold.py",
        "    if before.rests:\n        arm(",
        "    if before is None:\n        arm(",
        WALKS,
    ),
    Mutation(
        "in every life nothing is paged that somebody has",
        "triaged/core/response/succeeding.py",
        "    if incident.state is State.ACKNOWLEDGED:\n        return Reason.ACKNOWLEDGED\n"
        "    if incident.state is State.MERGED:\n        return Reason.MERGED\n"
        "    if incident.state is not State.OPEN:\n",
        "    if not incident.live:\n",
        WALKS,
    ),
    Mutation(
        "in every life who was paged hears that it is over",
        "triaged/core/alerts/grouping.py",
        'inform(situation, draft, News(text, "resolved"), by)',
        'inform(situation, draft, News(text, "over"), by)',
        WALKS,
    ),
    Mutation(
        "in every life what still fires after a person's resolve has an incident again",
        "triaged/core/response/timing.py",
        "if not old.firing:",
        "if old.firing:",
        WALKS,
    ),
    Mutation(
        "in every life settings that want no pages end the pages",
        "triaged/core/response/rearming.py",
        "return runs and step_due_at(incident, settings) != incident.escalation.next_at",
        "return False",
        WALKS,
    ),
    Mutation(
        "in all years a step due at closing waits for the opening",
        "triaged/core/response/escalation.py",
        "if calendar is None or is_open(calendar, due_at):",
        "if due_at:",
        YEARS,
    ),
    Mutation(
        "in all years an exhausted incident pages on",
        "triaged/core/response/escalation.py",
        "wait_us = repeat_us(settings, incident.severity, incident.plan, place.target_us)",
        "wait_us = None",
        YEARS,
    ),
    Mutation(
        "in all years windows begin and end by the clock of their zone",
        "triaged/core/muting/muters.py",
        "zone = zone_of(self.timezone)",
        'zone = zone_of("Etc/GMT-1")',
        YEARS,
    ),
    Mutation(
        "in all years turns of duty begin by the clock of their zone",
        "triaged/core/time/oncall.py",
        "return zone_of(self.timezone)",
        'return zone_of("Etc/GMT-1")',
        YEARS,
    ),
)
