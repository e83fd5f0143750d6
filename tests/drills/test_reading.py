import pytest

from triaged.core.records.practice.drills import Injection, Prompt
from triaged.core.records.practice.roles import Role
from triaged.core.time.durations import MINUTE
from triaged.drills.reading import BYTES_MAX, read_scenario

GOOD = """
name: small
clock: x60
inject:
  - {at: 0s, alert: {alertname: Down}}
  - {at: 3m, alert: {alertname: Down}, ends: true}
  - {at: 1m, alert: {alertname: Slow}, repeat: {pod: 3}}
prompts:
  - {at: 5m, ask: What next?}
  - {at: 2m, to: technical_lead, ask: "Why?"}
expect: {ack: 5m}
"""


def wrong(text: str) -> list[str]:
    read, problems = read_scenario("drill.yaml", text.encode())
    assert read is None
    return [f"{problem.where}: {problem.message}" for problem in problems]


def test_alerts_and_questions_are_in_the_order_of_their_times() -> None:
    read, problems = read_scenario("drill.yaml", GOOD.encode())

    assert read is not None
    assert not problems
    assert read.speed == 60
    assert read.scenario.inject == (
        Injection(0, {"alertname": "Down"}),
        Injection(MINUTE, {"alertname": "Slow"}, repeat={"pod": 3}),
        Injection(3 * MINUTE, {"alertname": "Down"}, ends=True),
    )
    assert read.scenario.prompts == (
        Prompt(2 * MINUTE, "Why?", Role.TECHNICAL_LEAD),
        Prompt(5 * MINUTE, "What next?"),
    )
    assert read.scenario.expect.ack == 5 * MINUTE


def test_every_error_is_reported_at_its_position() -> None:
    found = wrong("nam: x\nclock: x90\ninject: [{at: soon, alert: {a: 1}}]\nexpect: {ack: 5}\n")

    assert [line.partition(": ")[0] for line in found] == [
        "drill.yaml:1:1",
        "drill.yaml:1:1",
        "drill.yaml:2:8",
        "drill.yaml:3:15",
        "drill.yaml:3:32",
        "drill.yaml:4:15",
    ]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("name: small", "name: ' '", "expected a name of 1 to 100 printable characters"),
        ("{at: 0s,", "{at: 1s,", "the first alert comes at 0s: it opens the incident"),
        (
            "{at: 0s, alert: {alertname: Down}}",
            "{at: 0s, alert: {alertname: Down}, ends: true}",
            "the first alert opens the incident: it does not end",
        ),
        ("{pod: 3}", "{pod: 0}", "expected a number from 1 to 200, got 0"),
        ("{pod: 3}", "{pod: 199}", "more than 200 alerts"),
        ("alert: {alertname: Slow}, repeat: {pod: 3}", "alert: {}", "an alert has at least one"),
        ("What next?", "' '", "expected a question of 1 to 1000 characters"),
        ("ack: 5m", "ack: 0s", "expected some time"),
        ("clock: x60", "length: 3m", "the drill is over by then: see `length`"),
        ("clock: x60", "length: 2d", "1d at most"),
        ("clock: x60", "severity: SEV-9", "SEV-9"),
        ("clock: x60", "clock: x0", "expected `real`"),
    ],
)
def test_what_cannot_be_played_is_refused(before: str, after: str, message: str) -> None:
    assert any(message in line for line in wrong(GOOD.replace(before, after, 1)))


def test_scenario_without_an_alert_is_refused() -> None:
    assert wrong("name: x\ninject: []\n") == [
        "drill.yaml:2:9: an empty list: the first alert opens the incident"
    ]


def test_scenario_that_is_too_large_is_not_read() -> None:
    assert len(wrong("#" * (BYTES_MAX + 1))) == 1


def test_too_many_actions_are_refused() -> None:
    many = "".join(f"  - {{at: {n}s, ask: x}}\n" for n in range(100))

    assert any(
        "more than 100" in line for line in wrong(GOOD.replace("prompts:\n", f"prompts:\n{many}"))
    )
