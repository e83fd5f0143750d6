"""How long `triaged prove` takes over a large configuration."""

import time
from datetime import UTC, datetime

import msgspec

from bench.options import Options
from bench.rules import rules
from bench.table import Line
from triaged.core.records.model import Plan, Severity, Share, Step, Target
from triaged.core.settings import Contact, ContactStep, Person, Settings, SeverityTarget, Team
from triaged.core.time.durations import DAY, MINUTE, WEEK
from triaged.core.time.oncall import Rotation, Schedule
from triaged.core.time.recurring import parse as hours
from triaged.dry_run.prove.proving import prove
from triaged.rules.read import RuleContext, read_rules
from triaged.yamlschema.document import parse

RULES, SCHEDULES, WEEKS, LIMIT_S = 1_000, 50, 12, 5
START = int(datetime(2026, 9, 7, tzinfo=UTC).timestamp()) * 1_000_000
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney", "UTC")


def measure(options: Options) -> list[Line]:
    """The slowest of some runs, beside the limit."""
    settings = configuration()
    taken: list[float] = []
    for _ in range(options.runs):
        begun = time.perf_counter()
        proof = prove(settings, START, WEEKS)
        taken.append(time.perf_counter() - begun)
    named = f"{RULES:,} rules, {SCHEDULES} schedules, {WEEKS} weeks"
    looked = f"{proof.combinations} combinations, {proof.instants:,} instants"
    return [
        Line(
            f"prove: {named} ({looked})",
            f"{max(taken):.2f} s",
            wanted=f"≤ {LIMIT_S} s",
            holds=max(taken) <= LIMIT_S,
        )
    ]


def configuration() -> Settings:
    """A team, a policy and a schedule each: weekly turns, others by night and at weekends."""
    found, problems = read_rules([parse("rules.yaml", rules(RULES))], RuleContext())
    assert not problems, problems[:3]
    people = {name: _person(name) for name in (f"p{n}" for n in range(4 * SCHEDULES))}
    schedules = {f"s{n}": _schedule(n) for n in range(SCHEDULES)}
    policies = {f"policy{n}": _plan(n) for n in range(SCHEDULES)}
    within = {
        Severity.SEV1: 5 * MINUTE,
        Severity.SEV2: 15 * MINUTE,
        Severity.SEV3: 60 * MINUTE,
        Severity.SEV4: DAY,
    }
    return Settings(
        severities={one: SeverityTarget(us, "page") for one, us in within.items()},
        people=people,
        schedules=schedules,
        policies={"default": _plan(0), **policies},
        rules=found,
        teams={f"t{n}": Team(f"t{n}", (f"p{4 * n}",), f"policy{n}") for n in range(SCHEDULES)},
        channels=frozenset({"desk"}),
    )


def _person(name: str) -> Person:
    way = ContactStep("desk")
    return Person(name, name, "UTC", {"desk": Contact("desk")}, (way,), (way,))


def _schedule(number: int) -> Schedule:
    names = tuple(f"p{4 * number + n}" for n in range(4))
    nights = Rotation(names, DAY, "2026-01-05T09:00", hours("daily 20:00-08:00"))
    weekends = Rotation(names, WEEK, "2026-01-05T09:00", hours("sat-sun"))
    weekly = Rotation(names[:2], WEEK, "2026-01-05T09:00")
    zone = ZONES[number % len(ZONES)]
    return Schedule(f"s{number}", zone, (weekly, nights, weekends))


def _plan(number: int) -> Plan:
    mine, next_one = f"s{number}", f"s{(number + 1) % SCHEDULES}"
    steps = tuple(
        Step((Target("schedule", name),), Share(after))
        for name, after in ((mine, 0.0), (mine, 0.5), (next_one, 1.0), (next_one, 2.0))
    )
    catch_all = Target("person", f"p{4 * number}")
    return msgspec.structs.replace(Plan(f"policy{number}", steps, catch_all), repeat_times=3)
