import pytest

from triaged.core.records.model import Alert
from triaged.rules.evaluate import RuleSet
from triaged.rules.expecting import expected_of
from triaged.rules.explain.explain import explain
from triaged.rules.extracting import EXTRACTIONS_MAX, TEXT_MAX
from triaged.rules.read import RuleContext, read_rules
from triaged.yamlschema.document import parse

WORDS = """
extract:
  - {name: words, from: annotations.description,
     pattern: 'Service (?P<service>[a-z]+)( in (?P<zone>[a-z0-9-]+))?'}
rules:
  - {name: here, match: ['zone="a-1"'], set: {severity: SEV-2, group_by: [zone]}}
  - {name: named, match: ['service=~".+"'], set: {title: "{{ labels.service }} is ill"}}
"""


def read(*files: str) -> tuple[RuleSet, list[str]]:
    documents = [parse(f"{n}.yaml", text.encode()) for n, text in enumerate(files)]
    rules, problems = read_rules(documents, RuleContext())
    return rules, [str(problem) for problem in problems]


def alert(description: str, **labels: str) -> Alert:
    return Alert("am", "f00", True, {"alertname": "Slow", **labels}, {"description": description})


def extraction(**keys: str) -> str:
    given = {"name": "a", "from": "labels.x", "pattern": "'(?P<y>.)'", **keys}
    return "extract: [{" + ", ".join(f"{key}: {text}" for key, text in given.items()) + "}]"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (extraction(**{"from": "labels"}), "labels.NAME or annotations.NAME"),
        (extraction(**{"from": "'labels. '"}), "labels.NAME or annotations.NAME"),
        (extraction(**{"from": "url.x"}), "labels.NAME or annotations.NAME"),
        (extraction(pattern="'(.*)'"), "no group has a name"),
        (extraction(pattern="'(?P<y>'"), "not a regular expression"),
        (extraction(pattern="'(?P<y>a)(?=b)'"), "look-around"),
        (extraction(pattern="'(?P<y>a{999})'"), "add up to 999"),
        (extraction(pattern="'(?P<y>.)" + "x" * 1024 + "'"), "longer than 1024 bytes"),
        (extraction(pattern="'(?P<1>.)'"), "no name of a label"),
        (extraction(name="A"), "lower-case"),
        (extraction(patern="x"), "did you mean pattern"),
        ("extract: [{name: a}]", "from is missing"),
        ("extract: 7", "a list"),
    ],
)
def test_a_mistake_is_named_where_it_stands(text: str, complaint: str) -> None:
    _, problems = read(text)

    assert complaint in "\n".join(problems)
    assert all(problem.startswith("0.yaml:1:") for problem in problems)


def test_names_are_unique_among_all_files() -> None:
    _, problems = read(extraction(), extraction())

    assert problems == ["1.yaml:1:18: 'a' is the name of the one at 0.yaml:1:18, too"]


def test_there_are_not_more_than_anybody_needs() -> None:
    one = "  - {name: a%d, from: labels.x, pattern: '(?P<y>.)'}\n"
    text = "extract:\n" + "".join(one % n for n in range(EXTRACTIONS_MAX + 2))

    rules, problems = read(text)

    assert len(rules.labelling.extractions) == EXTRACTIONS_MAX
    assert problems == [f"0.yaml:{EXTRACTIONS_MAX + 2}:5: more than {EXTRACTIONS_MAX}"]


def test_rules_match_on_what_was_found() -> None:
    rules, problems = read(WORDS)

    outcome = rules.classify(alert("Service shop in a-1"), 0)

    assert problems == []
    assert outcome.rules == ("here", "named")
    assert outcome.labels == {"alertname": "Slow", "service": "shop", "zone": "a-1"}
    assert (outcome.key, outcome.service) == ((("zone", "a-1"),), "shop")
    assert outcome.title == "shop is ill"


def test_what_a_group_does_not_find_is_no_label() -> None:
    outcome = read(WORDS)[0].classify(alert("Service shop"), 0)

    assert outcome.labels == {"alertname": "Slow", "service": "shop"}


@pytest.mark.parametrize("text", ["", "The Service shop", "Service shop\n", "Service SHOP"])
def test_the_whole_text_must_match(text: str) -> None:
    outcome = read(WORDS)[0].classify(alert(text), 0)

    assert outcome.labels == {"alertname": "Slow"}


def test_what_was_sent_is_never_overwritten() -> None:
    sent = alert("Service shop in a-1", zone="b-2")

    outcome = read(WORDS)[0].classify(sent, 0)

    assert outcome.labels == {"alertname": "Slow", "service": "shop", "zone": "b-2"}
    assert sent.labels == {"alertname": "Slow", "zone": "b-2"}


def test_of_two_that_find_a_label_the_first_counts() -> None:
    first = extraction(pattern="'(?P<y>.).*'")
    second = extraction(name="b", pattern="'.*(?P<y>.)'")

    rules, _ = read(first, second)

    assert rules.seen(alert("", x="abc")).labels["y"] == "a"


def test_an_extraction_does_not_read_what_another_found() -> None:
    rules, _ = read(extraction(), extraction(**{"name": "b", "from": "labels.y"}))

    assert rules.seen(alert("", x="1")).labels == {"alertname": "Slow", "x": "1", "y": "1"}


def test_long_texts_are_not_looked_at() -> None:
    rules, _ = read(extraction(pattern="'.*(?P<y>.)'"))

    assert "y" in rules.seen(alert("", x="1" * TEXT_MAX)).labels
    assert "y" not in rules.seen(alert("", x="1" * (TEXT_MAX + 1))).labels


def test_seeing_an_alert_again_changes_nothing() -> None:
    rules, _ = read(WORDS)
    seen = rules.seen(alert("Service shop in a-1"))

    assert rules.seen(seen) == seen
    assert rules.seen(alert("Service shop in a-1")) == seen


def test_without_extractions_the_alert_is_the_same_object() -> None:
    sent = alert("Service shop in a-1")

    assert read("rules: []")[0].seen(sent) is sent


def test_what_is_expected_is_seen_by_what_was_found() -> None:
    expecting = "rules: [{name: alive, match: 'y=1', expect: {every: 5m}}]"
    rules, _ = read(extraction(), expecting)

    expected = expected_of(rules)

    assert expected is not None
    assert list(expected.met_by(alert("", x="1"))) == ["rule:alive"]
    assert list(expected.met_by(alert("", x="2"))) == []


def test_an_explanation_agrees() -> None:
    explained = explain(read(WORDS)[0], alert("Service shop in a-1"), 0)

    assert [each.matched for each in explained.rules] == [True, True]
