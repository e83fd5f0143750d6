from triaged.core.records.practice.roles import Role, RolePeriod
from triaged.store.tables.practice_rows import roles

PERIOD = RolePeriod("INC-1/scribe/bob/5", 1, Role.SCRIBE, "bob", 5, "alice")


def test_values_are_those_of_the_columns_in_order() -> None:
    identity, incident, begins_at, body = roles.TABLE.values(PERIOD)

    assert (identity, incident, begins_at) == ("INC-1/scribe/bob/5", 1, 5)
    assert roles.TABLE.decoded([(body,)]) == [PERIOD]


def test_questions_are_asked_in_one_order() -> None:
    _, ids = roles.TABLE.ask_ids({"b", "a"})
    _, numbers = roles.TABLE.ask_incidents({2, 1})

    assert (ids, numbers) == ([("a",), ("b",)], [(1,), (2,)])
