"""Names in titles, and the people whom they mean."""

from triaged.core.settings import Contact, Person
from triaged.feeds.names import Named, directory, named, nearest


def person(key: str, name: str, address: str = "") -> Person:
    contacts = {"mail": Contact("mail", address)}
    return Person(key, name, "UTC", contacts, page=(), notify=())


PEOPLE = {
    "ann": person("ann", "Ann Lee", "ann@example.org"),
    "lee": person("lee", "Ann Lee", "team@example.org"),
    "bo": person("bo", "Ann", "Team@example.org"),
}


def test_key_wins_over_full_name_and_address() -> None:
    assert directory(PEOPLE)["ann"] == "ann"


def test_name_of_several_people_names_nobody() -> None:
    known = directory(PEOPLE)

    assert "ann lee" not in known
    assert "team@example.org" not in known
    assert known["ann@example.org"] == "ann"


def test_composed_and_decomposed_letters_are_one() -> None:
    known = directory({"andre": person("andre", "Andr\u00e9")})

    assert named("ANDRE\u0301", (), known) == Named(("andre",), "", 0)


def test_one_unknown_name_of_several_makes_a_hole() -> None:
    assert named("ann, an", (), {"ann": "ann"}) == Named((), "ann, an", 0)


def test_highest_level_of_a_title_counts() -> None:
    assert named("[L1] ann [l3]", (), {"ann": "ann"}) == Named(("ann",), "", 3)


def test_three_nearest_names_are_offered() -> None:
    assert nearest("Alcie", ["bob", "Alice", "Ali", "Malice", "zoe"])[0] == "Alice"
    assert len(nearest("x", ["bob", "Alice", "Ali", "Malice"])) == 3
