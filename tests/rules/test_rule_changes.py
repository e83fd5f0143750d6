from triaged.rules.evaluate import RuleSet
from triaged.rules.read import RuleContext, read_rules
from triaged.rules.rule_changes import NAMES_MAX, changes_between
from triaged.yamlschema.document import parse

A = "  - {name: a, match: ['x=1'], set: {title: '{{ labels.x }}'}}\n"
B = "  - {name: b, set: {severity: SEV-1}}\n"


def rules(text: str) -> RuleSet:
    found, problems = read_rules([parse("r.yaml", f"rules:\n{text}".encode())], RuleContext())
    assert problems == []
    return found


def words(before: str, after: str) -> dict[str, str]:
    old, new = rules(before), rules(after)
    found = changes_between(old, new).words()
    if found:
        assert found.pop("rules") == f"{old.digest} -> {new.digest}"
    return found


def test_the_same_files_are_no_difference() -> None:
    assert changes_between(rules(A + B), rules(A + B)).words() == {}


def test_comments_and_lines_are_no_difference() -> None:
    assert changes_between(rules(A + B), rules(f"# why\n\n{A}\n{B}")).words() == {}


def test_what_came_and_went_is_named() -> None:
    assert words(A, B) == {"added": "b", "removed": "a"}


def test_a_rule_that_is_written_otherwise_is_changed() -> None:
    assert words(A + B, A + B.replace("SEV-1", "SEV-2")) == {"changed": "b"}


def test_a_disabled_rule_is_gone() -> None:
    assert words(A + B, A + B.replace("name: b", "name: b, mode: disabled")) == {"removed": "b"}


def test_another_order_is_told() -> None:
    assert words(A + B, B + A) == {"order": "changed"}


def test_a_rule_between_others_does_not_reorder_them() -> None:
    assert words(A + B, A + B.replace("name: b", "name: c") + B) == {"added": "c"}


def test_long_lists_are_cut() -> None:
    many = "".join(B.replace("name: b", f"name: b{n:02}") for n in range(NAMES_MAX + 3))

    assert words(A, A + many)["added"].endswith("b19 and 3 more")


def test_another_key_of_the_files_shows_in_the_digest_alone() -> None:
    old, new = rules(A), rules(A + "suppress: [{name: a, source: 'x=1', target: 'y=1'}]\n")

    assert list(changes_between(old, new).words()) == ["rules"]
