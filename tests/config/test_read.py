from pathlib import Path

import pytest

from tests.config.samples import SMALL, configured, given, read, wrong
from triaged.config.files import MissingSecret
from triaged.config.read import load
from triaged.config.schema.server import Log, Retention
from triaged.core.records.model import Severity
from triaged.core.time.durations import DAY, MINUTE, YEAR
from triaged.errors import Problem

CANARIES = [f"canary{number}secret" for number in range(8)]


def test_everything_has_a_default(tmp_path: Path) -> None:
    found = configured(tmp_path)

    assert found.auth == "tokens"
    assert found.public == {"status"}
    kept = (90 * DAY, 90 * DAY, 2 * YEAR, YEAR, 14 * DAY, 90 * DAY, 90 * DAY)
    assert found.retention == Retention(*kept)
    assert found.max_body == 32 * 1024 * 1024
    assert found.timezone == "UTC"
    assert found.log == Log("info", "auto")
    assert not found.watch
    assert found.tokens == ()
    assert found.trusted_proxies == ()
    assert found.settings.unclassified is Severity.SEV2
    assert found.settings.at_risk == 0.75
    assert found.settings.reopen_within == 30 * MINUTE


def test_every_problem_is_reported_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """\
listen: 127.0.0.1
auth: some
tokens: [{name: a, token_file: absent, scopes: [write]}]
sources: {g: {kind: grafanna}, x: {kind: generic, fields: {titel: $.a}}}
channels: {console: {kind: console}, hook: {kind: webhook}}
people:
  alice: {contacts: {a: {channel: consle}}}
  bob: {contacts: [a]}
schedules: {p: {rotations: [{people: [alic, bob], every: soon, from: now}]}}
policies: {default: {steps: [{notify: ["schedule:primary", "person:bob"]}]}}
strom: {incidents: 50}
"""

    problems = read(tmp_path, text).problems

    lines = [
        str(problem).removeprefix(f"{tmp_path}/config.yaml:").split(": ")[0] for problem in problems
    ]
    assert lines == [
        *("1:1", "1:9", "2:7", "3:32", "3:49", "4:21", "4:60", "5:44", "7:35", "8:19"),
        *("9:58", "9:70", "10:40", "11:1"),
    ]
    assert [type(problem) for problem in problems].count(MissingSecret) == 1


@pytest.mark.parametrize(
    ("sections", "at"),
    [
        (
            {
                "tokens": "[{name: a, tokn: x, token: y, scopes: [admin]}, {name: c}, "
                "{name: b, token: z, scopes: [admn], person: alic}]"
            },
            ["tokn", "{name: c", "{name: c", "admn", "alic"],
        ),
        (
            {
                "policies": '{default: {steps: [{notify: ["schedule:primry"]}, {after: 1h}, '
                '{after: 50, notify: ["team:x"]}], catch_all: "person:alicia"}}'
            },
            ['"schedule:primry', "{after: 1h", "50", '"team:x', '"person:alicia'],
        ),
        (
            {
                "people": "{alice: {nme: x, contacts: {a: {channel: consl}, b: {}}, "
                "page: [{contact: c}]}}"
            },
            ["nme", "consl", "{}}", "c}]"],
        ),
    ],
)
def test_no_problem_hides_another_of_its_list_or_entry(
    tmp_path: Path, sections: dict[str, str], at: list[str]
) -> None:
    found = wrong(tmp_path, **sections)

    assert [text for text, _ in found if not text.startswith(tuple(at))] == []
    assert len(found) == len(at)


@pytest.mark.parametrize(
    "sections",
    [
        {"policies": "{default: {steps: [{notify: [x]}]}}"},
        {
            "policies": "{default: {steps: [{notify: ['person:alice'], after: 5m}, "
            "{notify: ['person:alice'], after: 5}]}}"
        },
        {"people": "{alice: {contacts: {a: {}}, page: [{contact: a}]}}"},
        {"schedules": "{a: {rotations: [{people: [1], every: 1w, from: 2026-01-05T09:00}]}}"},
        {"teams": "{x: {people: [1]}}", "policies": "{default: {steps: [{notify: ['team:x']}]}}"},
    ],
)
def test_nothing_is_said_of_what_is_missing_because_it_is_wrong(
    tmp_path: Path, sections: dict[str, str]
) -> None:
    assert len(wrong(tmp_path, **sections)) == 1


def test_what_a_pattern_names_and_cannot_be_read_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").mkdir()

    assert wrong(tmp_path, rules="[r*.yaml]") == [
        ("r*.yaml]", "rules.yaml is a directory: name the files in it, such as *.yaml"),
    ]


def test_broken_section_does_not_hide_what_is_wrong_elsewhere(tmp_path: Path) -> None:
    found = wrong(tmp_path, people="[alice]", teams="{a: {policy: x}}")

    assert [message for _, message in found] == [
        "expected a map, got a list",
        "policies: 'x' is none of default",
        "people: 'alice' does not exist: there are none",
    ]


def test_missing_configuration_says_so(tmp_path: Path) -> None:
    loaded = load(tmp_path / "config.yaml", {})

    message = (
        "cannot be read: no such file or directory; "
        "--config, or TRIAGED_CONFIG in the environment, names another"
    )
    assert loaded.problems == (Problem(f"{tmp_path}/config.yaml", message),)
    assert loaded.configuration is None
    assert loaded.unusable


@pytest.mark.parametrize("text", ["a: [", "- a", "just text", "a: 1\na: 2\n", "\0"])
def test_text_that_is_no_configuration_is_one_or_more_problems(tmp_path: Path, text: str) -> None:
    loaded = read(tmp_path, text)

    assert loaded.problems
    assert loaded.configuration is None


def test_empty_configuration_says_what_it_needs(tmp_path: Path) -> None:
    loaded = read(tmp_path, "")

    assert [problem.message.split(":")[0] for problem in loaded.problems] == [
        "no rule file is named rules/*.yaml",
        "policies",
    ]


def test_rules_of_every_file_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    for name, rule in (("20-b.yaml", "second"), ("10-a.yaml", "first")):
        text = f"rules: [{{name: {rule}, set: {{severity: SEV-1}}}}]"
        (tmp_path / "rules" / name).write_text(text)

    found = configured(tmp_path, rules="[rules/*.yaml, rules/20-b.yaml]")

    assert getattr(found.settings.rules, "names", None) == ("first", "second")
    assert found.settings.rules.digest
    assert found.files == (
        tmp_path / "config.yaml",
        tmp_path / "rules",
        tmp_path / "rules" / "10-a.yaml",
        tmp_path / "rules" / "20-b.yaml",
    )


def test_wrong_rules_leave_the_configuration_but_not_for_a_daemon(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("rules: [{name: a, set: {severity: SEV-9, policy: x}}]")

    loaded = given(tmp_path, rules="[r.yaml]")

    assert str(loaded.problems[0]).startswith(f"{tmp_path}/r.yaml:1:35: 'SEV-9' is none of SEV-1,")
    assert loaded.configuration is not None
    assert loaded.unusable


def test_rules_may_name_what_the_configuration_has(tmp_path: Path) -> None:
    text = "rules: [{name: a, when: {during: night, source: [x]}, set: {policy: loud}}]"
    (tmp_path / "r.yaml").write_text(text)
    one = "steps: [{notify: ['person:alice']}]"

    found = configured(
        tmp_path,
        rules="[r.yaml]",
        calendars="{night: {open: 'daily 22:00-06:00'}}",
        sources="{x: {kind: generic}}",
        policies=f"{{default: {{{one}}}, loud: {{{one}}}}}",
    )

    assert set(found.settings.policies) == {"default", "loud"}


def test_pattern_that_names_no_file_is_a_warning(tmp_path: Path) -> None:
    assert wrong(tmp_path, rules="[nothing/*.yaml]") == [
        (
            "nothing/*.yaml]",
            "no rule file is named nothing/*.yaml: what no rule classifies is SEV-2",
        )
    ]
    assert not given(tmp_path, rules="[nothing/*.yaml]").unusable


def test_secrets_are_in_no_message_and_no_representation(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{CANARIES[0]}\n{CANARIES[0]}")
    hook = f"url: 'https://a', secret: {CANARIES[1]}, headers: {{a: {CANARIES[2]}}}"
    mail = f"smtp: 'smtp://a', from: x, username: a, password: {CANARIES[3]}"
    grafana = f"kind: grafana, hmac_secret: {CANARIES[4]}, hmac_secret_file: key"

    loaded = given(
        tmp_path,
        channels=f"{{console: {{kind: console}}, hook: {{kind: webhook, {hook}}}, "
        f"mail: {{kind: email, {mail}}}, bad: {CANARIES[5]}}}",
        sources=f"{{g: {{{grafana}}}}}",
        tokens=f"[{{name: a, token: {CANARIES[6]}, scopes: [x]}}, {CANARIES[7]}]",
    )

    said = "\n".join([*map(str, loaded.problems), repr(loaded)])
    assert len(loaded.problems) >= 4
    assert [canary for canary in CANARIES if canary in said] == []


def test_positions_begin_with_the_path_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "db.yaml").write_text("rules:\n  - {name: a, sets: {}}\n")
    small = "".join(f"{name}: {text}\n" for name, text in SMALL.items() if name != "rules")
    (tmp_path / "config.yaml").write_text(small + "watch: maybe\n")

    loaded = load(Path("config.yaml"), {})

    first, second = loaded.problems[:2]
    assert str(first) == "config.yaml:4:8: expected true or false, got text 'maybe'"
    assert str(second).startswith("rules/db.yaml:2:15: 'sets' is none of name, match, when, set,")


def test_tables_beside_rules_are_read_and_are_files_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    mapping = "{name: owners, file: ../owners.csv, match: [namespace]}"
    (tmp_path / "rules" / "db.yaml").write_text(f"mappings: [{mapping}]\n")
    small = "".join(f"{name}: {text}\n" for name, text in SMALL.items() if name != "rules")
    (tmp_path / "config.yaml").write_text(small)
    table = tmp_path / "rules" / ".." / "owners.csv"

    missing = load(tmp_path / "config.yaml", {})
    table.write_text("namespace,team\nshop,web\n")
    there = load(tmp_path / "config.yaml", {})

    assert missing.unusable
    assert "../owners.csv: cannot be read: no such file" in str(missing.problems[0])
    assert there.configuration is not None
    assert table in there.configuration.files


def test_who_reads_beside_others_is_asked_at_each_rule_to_let_them_go_first(
    tmp_path: Path,
) -> None:
    rules = "\n".join(f"  - {{name: r{n}, match: [a=b], set: {{team: t}}}}" for n in range(40))
    (tmp_path / "rules.yaml").write_text(f"rules:\n{rules}\n")
    given(tmp_path, rules="[rules.yaml]")
    yields: list[None] = []

    load(tmp_path / "config.yaml", {}, yield_point=lambda: yields.append(None))

    assert len(yields) > 40 + 20  # while it is composed, too
