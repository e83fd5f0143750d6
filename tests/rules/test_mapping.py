"""Tables add labels: by equal cells, the most specific row first, and never over what was sent."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.core.records.model import Alert
from triaged.rules.evaluate import RuleSet
from triaged.rules.explain.explain import explain
from triaged.rules.mapping import (
    MAPPINGS_MAX,
    PROBLEMS_MAX,
    LabelMapping,
    Table,
    read_table,
    with_mapped,
)
from triaged.rules.read import RuleContext, read_rules
from triaged.yamlschema.document import parse

OWNERS = b"namespace,cluster,team,tier\nshop,*,web,1\nshop,eu,web-eu,\n*,eu,platform,3\n"


def alert(**labels: str) -> Alert:
    """A firing alert."""
    return Alert("am", "f", firing=True, labels=labels, annotations={})


def table(content: bytes = OWNERS) -> Table:
    found, problems = read_table(content, "owners.csv", ("namespace", "cluster"), ())
    assert problems == []
    return found


@pytest.mark.parametrize(
    ("labels", "added"),
    [
        ({"namespace": "shop", "cluster": "eu"}, {"team": "web-eu"}),
        ({"namespace": "shop", "cluster": "us"}, {"team": "web", "tier": "1"}),
        ({"namespace": "shop"}, {"team": "web", "tier": "1"}),
        ({"namespace": "db", "cluster": "eu"}, {"team": "platform", "tier": "3"}),
        ({"namespace": "db"}, {}),
        ({"namespace": "shop", "cluster": "us", "team": "mine"}, {"tier": "1"}),
    ],
)
def test_the_most_specific_row_adds_what_the_alert_has_not(
    labels: dict[str, str], added: dict[str, str]
) -> None:
    found = with_mapped(alert(**labels), [LabelMapping("owners", table())])

    assert found.labels == labels | added


def test_without_a_row_the_alert_is_the_same_object() -> None:
    plain = alert(namespace="db")

    assert with_mapped(plain, [LabelMapping("owners", table())]) is plain


cells = st.sampled_from(["a", "b", "*", ""])


@given(st.lists(st.tuples(cells, cells), max_size=8, unique=True), st.tuples(cells, cells))
def test_a_table_is_what_looking_at_each_row_would_give(
    keys: list[tuple[str, str]], asked: tuple[str, str]
) -> None:
    text = StringIO()
    csv.writer(text).writerows(
        [("namespace", "cluster", "row"), *[(*k, str(i)) for i, k in enumerate(keys)]]
    )
    built = table(text.getvalue().encode())
    asked = (asked[0].replace("*", "c"), asked[1].replace("*", "c"))

    fitting = [
        (key.count("*"), index)
        for index, key in enumerate(keys)
        if all(cell in ("*", value) for cell, value in zip(key, asked, strict=True))
    ]
    wanted = {"row": str(min(fitting)[1])} if fitting else {}
    row = built.row(asked)
    assert (row.labels if row else {}) == wanted


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "t.csv:1:1: empty: the first line names the columns"),
        (b"a,b\n", "t.csv:1:1: there is no column 'namespace'; there are a, b"),
        (b"namespace,namespace,team\n", "t.csv:1:1: the column 'namespace' is there twice"),
        (b"namespace\nx\n", "t.csv:1:1: no column is left that would become a label"),
        (b"namespace,team\nx\n", "t.csv:2:1: 1 cells, where the first line has 2"),
        (b"namespace,team\nx,a\n\nx,b\n", "t.csv:4:1: x stands in line 2 already"),
        (b'namespace,team\n"x,a\n', "t.csv:2:1: no CSV: unexpected end of data"),
        (b"\xff\xfe", "t.csv:1:1: not UTF-8"),
        (b"namespace,te am\nx,a\n", "t.csv:1:1: 'te am' is no name of a label"),
        (b"namespace,team\nx," + b"a" * 1025, "t.csv:2:1: a cell of more than 1024 characters"),
        (b"x" * (2 << 20), "t.csv:1:1: a table may have 1048576 bytes"),
        (b"namespace,team\n" + b"".join(b"n%d,a\n" % n for n in range(20_001)), "more than 20000"),
    ],
)
def test_what_is_wrong_in_a_table_is_told_by_line(content: bytes, said: str) -> None:
    _, problems = read_table(content, "t.csv", ("namespace",), ())

    assert any(said in str(problem) for problem in problems), problems[:3]


RULES = """
mappings:
  - {name: owners, file: owners.csv, match: [namespace, cluster]}
rules:
  - {name: web, match: ['team=~"web.*"'], set: {severity: SEV-1, service: "{{ labels.tier }}"}}
"""


def rules_of(text: str, files: dict[str, bytes]) -> tuple[RuleSet, list[str]]:
    def beside(document: str, name: str) -> bytes | str:
        assert document == "rules/10.yaml"
        return files.get(name, "no such file")

    documents = [parse("rules/10.yaml", text.encode())]
    rules, problems = read_rules(documents, RuleContext(beside=beside))
    return rules, [str(problem) for problem in problems]


def test_rules_see_what_tables_add() -> None:
    rules, problems = rules_of(RULES, {"owners.csv": OWNERS})

    outcome = rules.classify(alert(namespace="shop", cluster="us"), 0)

    assert problems == []
    assert (outcome.severity, outcome.service, outcome.team) == ("SEV-1", "1", "web")
    assert outcome.labels["tier"] == "1"


def test_a_table_of_mistakes_has_few_problems() -> None:
    _, problems = read_table(b"namespace,team\n" + b"x\n" * 5000, "t.csv", ("namespace",), ())

    assert len(problems) == PROBLEMS_MAX


def test_an_explanation_agrees_where_a_table_finds_what_an_earlier_one_wants() -> None:
    text = """
mappings:
  - {name: teams, file: teams.csv, match: [service]}
  - {name: services, file: services.csv, match: [namespace]}
rules: []
"""
    files = {"teams.csv": b"service,team\n2,search\n", "services.csv": b"namespace,service\n1,2\n"}
    rules, problems = rules_of(text, files)

    outcome = rules.classify(alert(namespace="1"), 0)

    assert problems == []
    assert outcome.labels == {"namespace": "1", "service": "2"}
    assert explain(rules, alert(namespace="1"), 0).outcome == outcome


def test_a_table_that_changes_is_another_rule_set() -> None:
    one, _ = rules_of(RULES, {"owners.csv": OWNERS})
    other, _ = rules_of(RULES, {"owners.csv": OWNERS + b"x,y,z,2\n"})

    assert one.digest != other.digest


def test_a_file_that_is_missing_and_one_too_many_are_told_where() -> None:
    many = "mappings:\n" + "".join(
        f"  - {{name: m{n}, file: owners.csv, match: [namespace]}}\n"
        for n in range(MAPPINGS_MAX + 1)
    )

    assert rules_of(RULES, {})[1] == ["rules/10.yaml:3:26: owners.csv: no such file"]
    _, problems = rules_of(many, {"owners.csv": b"namespace,team\n"})
    assert problems == [f"rules/10.yaml:22:5: more than {MAPPINGS_MAX}"]
    _, problems = rules_of(RULES, {"owners.csv": b"namespace,team\n"})
    assert problems[0].startswith("rules/owners.csv:1:1: there is no column 'cluster'")


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"\xff\xfea,b\n", "1:1"),
        (b"\xef\xbb\xbfa,b\xe9\n", "1:4"),
        (b"a,b\nx,y\nz,\xe9\n", "3:3"),
        (b"a,b\r\nx,y\r\n\xe9", "3:1"),
        (b"a,b\rx,\xc3\xa9\xe9", "2:4"),
    ],
)
def test_what_is_not_utf_8_says_where(content: bytes, place: str) -> None:
    _, problems = read_table(content, "t.csv", ("a",), ())

    message = f"t.csv:{place}: not UTF-8: save the file in that encoding"
    assert [str(problem) for problem in problems] == [message]
