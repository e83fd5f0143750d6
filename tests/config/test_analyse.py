from pathlib import Path

import pytest

from tests.config.samples import configured
from triaged.config.analyse import useless
from triaged.yamlschema.document import parse

PEOPLE = (
    "{alice: {contacts: {desk: {channel: console}}}, bob: {contacts: {desk: {channel: console}}}}"
)
BOTH = '{default: {steps: [{notify: ["person:alice"]}, {after: 50%, notify: ["person:bob"]}]}}'


def warnings(folder: Path, **sections: str) -> list[str]:
    """What is said: the line's text from where it points, a colon, the message."""
    configuration = configured(folder, **sections)
    text = (folder / "config.yaml").read_bytes()
    lines = text.decode().splitlines()
    found = []
    for problem in useless(configuration, parse("c", text)):
        line, column = map(int, problem.where.removeprefix("c:").split(":"))
        found.append(f"{lines[line - 1][column - 1 :][:12]}: {problem.message}")
        assert problem.warning
    return found


def rules(folder: Path, text: str) -> str:
    (folder / "r.yaml").write_text(f"rules: [{text}]\n")
    return "[r.yaml]"


def test_a_small_configuration_that_is_right_has_no_warning(tmp_path: Path) -> None:
    assert warnings(tmp_path) == []


def test_who_is_named_nowhere_is_told(tmp_path: Path) -> None:
    assert warnings(tmp_path, people=PEOPLE) == [
        "bob: {contac: no schedule, team, policy or token names bob: nobody would ever page them"
    ]


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("policies", BOTH),
        ("policies", '{default: {steps: [{notify: ["person:alice"]}], catch_all: "person:bob"}}'),
        ("teams", "{ops: {people: [bob]}}"),
        ("tokens", "[{name: t, token: aaaabbbbccccddddeeee, scopes: [read], person: bob}]"),
    ],
)
def test_who_is_named_somewhere_is_used(tmp_path: Path, section: str, text: str) -> None:
    assert warnings(tmp_path, people=PEOPLE, **{section: text}) == []


def test_a_schedule_that_no_policy_names_pages_nobody(tmp_path: Path) -> None:
    schedules = '{primary: {rotations: [{people: [alice], every: 1w, from: "2026-01-05T09:00"}]}}'
    policies = '{default: {steps: [{notify: ["schedule:primary", "person:alice"]}]}}'

    assert warnings(tmp_path, schedules=schedules) == [
        "primary: {ro: no policy names the schedule primary: being on call there pages nobody"
    ]
    assert warnings(tmp_path, schedules=schedules, policies=policies) == []


def test_a_policy_that_nothing_names_is_followed_by_no_incident(tmp_path: Path) -> None:
    step = '{steps: [{notify: ["person:alice"]}]}'
    policies = f"{{default: {step}, night: {step}}}"
    named = rules(tmp_path, "{name: a, set: {policy: night}}")

    assert warnings(tmp_path, policies=policies) == [
        "night: {step: no team and no rule names the policy night: no incident follows it"
    ]
    assert warnings(tmp_path, policies=policies, teams="{ops: {policy: night}}") == []
    assert warnings(tmp_path, policies=policies, rules=named) == []


def test_a_channel_that_nothing_goes_through_is_told(tmp_path: Path) -> None:
    channels = "{console: {kind: console}, desk: {kind: console}}"
    policies = '{default: {steps: [{notify: ["person:alice", "channel:desk"]}]}}'

    told = "no contact and no policy names the channel desk: nothing goes out through it"
    assert warnings(tmp_path, channels=channels) == [f"desk: {{kind:: {told}"]
    assert warnings(tmp_path, channels=channels, policies=policies) == []


@pytest.mark.parametrize("other", ["", ", desk: {channel: console}"])
def test_a_channel_that_should_not_be_alone_is_told(tmp_path: Path, other: str) -> None:
    channels = '{console: {kind: console}, chat: {kind: apprise, url: "gchat://x/y"}}'
    people = f"{{alice: {{contacts: {{chat: {{channel: chat}}{other}}}}}}}"
    policies = '{default: {steps: [{notify: ["person:alice", "channel:console"]}]}}'

    told = (
        "alice: {cont: pages reach alice through chat alone: nobody can answer there, and few"
        " services say whether a message has arrived"
    )
    found = warnings(tmp_path, channels=channels, people=people, policies=policies)
    assert found == ([] if other else [told])


def test_a_target_that_is_paged_twice_at_one_instant_is_told(tmp_path: Path) -> None:
    twice = '{steps: [{notify: ["person:alice"]}, {notify: ["person:alice"]}]}'
    later = '{steps: [{notify: ["person:alice"]}, {after: 50%, notify: ["person:alice"]}]}'

    told = "person:alice is paged at this instant by an entry above"
    assert warnings(tmp_path, policies=f"{{default: {twice}}}") == [f'"person:alic: {told}']
    assert warnings(tmp_path, policies=f"{{default: {later}}}") == []


def test_a_step_that_is_never_due_before_the_one_above_is_told(tmp_path: Path) -> None:
    def policies(share: str, time: str) -> str:
        first, second = (
            f'{{after: {after}, notify: ["{target}"]}}'
            for after, target in ((share, "person:alice"), (time, "channel:console"))
        )
        return f"{{default: {{steps: [{first}, {second}]}}}}"

    told = "step 2 (after 1m) is never due before the one above (after 100%): both fire then"
    assert warnings(tmp_path, policies=policies("100%", "1m")) == [f"after: 1m, n: {told}"]
    assert warnings(tmp_path, policies=policies("100%", "10m")) == []  # before SEV-1's, at least


def test_a_rotation_that_a_later_one_covers_is_never_in_force(tmp_path: Path) -> None:
    policies = '{default: {steps: [{notify: ["schedule:primary"]}], catch_all: "person:alice"}}'

    def schedules(first: str, second: str) -> str:
        each = (f"{{people: [alice], every: 1d, {more}}}" for more in (first, second))
        return f"{{primary: {{rotations: [{', '.join(each)}]}}}}"

    old, new = 'from: "2026-01-05T09:00"', 'from: "2026-03-05T09:00"'
    weekend, saturday = ', only: "sat-sun"', ', only: "sat 10:00-12:00"'
    told = "{people: [al: rotation 1 is never in force: rotation 2 covers its time"
    for first, second in ((new, old), (new + saturday, old + weekend), (old, old)):
        found = warnings(tmp_path, policies=policies, schedules=schedules(first, second))
        assert found == [told]
    for first, second in ((old, new), (new + weekend, old + saturday), (new, old + weekend)):
        found = warnings(tmp_path, policies=policies, schedules=schedules(first, second))
        assert found == []


def test_people_whom_the_hours_of_a_rotation_leave_out_are_named(tmp_path: Path) -> None:
    policies = '{default: {steps: [{notify: ["schedule:primary"]}], catch_all: "person:alice"}}'

    def schedules(more: str) -> str:
        each = f'{{people: [alice, bob], every: 12h, from: "2026-01-05T08:00", {more}}}'
        return f"{{primary: {{rotations: [{each}]}}}}"

    nights = 'only: "daily 20:00-08:00"'
    (found,) = warnings(tmp_path, people=PEOPLE, policies=policies, schedules=schedules(nights))

    assert "rotation 1 never reaches alice" in found
    fair = schedules(nights + ", count: shifts")
    assert warnings(tmp_path, people=PEOPLE, policies=policies, schedules=fair) == []


def test_a_severity_that_nothing_gives_is_told_where_it_is_described(tmp_path: Path) -> None:
    severities = "{SEV-1: {respond_within: 3m}}"
    only = rules(tmp_path, "{name: a, set: {severity: SEV-3}}")

    told = "no rule gives SEV-1 and it is not `unclassified`: only people can choose it"
    assert warnings(tmp_path, rules=only, severities=severities) == [f"SEV-1: {{resp: {told}"]
    assert warnings(tmp_path, rules=only) == []
    assert warnings(tmp_path, rules=only, severities=severities, unclassified="SEV-1") == []
    assert warnings(tmp_path, severities=severities) == []
    raising = "{name: a, set: {raise: [{to: SEV-1, when: {firing_for: 1h}}]}}"
    assert warnings(tmp_path, rules=rules(tmp_path, raising), severities=severities) == []
