"""Who acts has one name, and no person can be taken for anybody else."""

import pytest

from triaged.core.records import actors


@pytest.mark.parametrize(
    "actor", ["alice", actors.token("ops"), actors.LINK, actors.ANONYMOUS, actors.person("alice")]
)
def test_people_tokens_and_links_act(actor: str) -> None:
    assert actors.is_person(actor)


@pytest.mark.parametrize(
    "actor",
    [
        actors.TRIAGED,
        actors.ALERTS,
        actors.UNCLASSIFIED,
        actors.rule("worse"),
        actors.raise_of("worse"),
        "source:am",
    ],
)
def test_what_no_person_did_is_no_persons_act(actor: str) -> None:
    assert not actors.is_person(actor)


def test_a_person_is_named_once() -> None:
    assert actors.person(actors.person("alice")) == "person:alice"
    assert actors.person(actors.token("ops")) == "token:ops"


def test_the_rule_behind_a_severity_is_known() -> None:
    named = [actors.rule_named(name) for name in ("rule:a", "raise:b", "person:c", "unclassified")]

    assert named == ["a", "b", None, None]


def test_every_word_that_an_actor_may_be_or_begin_with_is_reserved() -> None:
    words = "triaged alerts unclassified link anonymous person token rule raise source"

    assert frozenset(words.split()) == actors.RESERVED
