from triaged.core.records.storms import Storm, storm_group
from triaged.wire import encode


def test_a_group_is_a_team_and_a_policy() -> None:
    names = [
        storm_group(team, policy) for team in (None, "a", "b") for policy in ("default", "dba")
    ]

    assert len(set(names)) == 6
    assert storm_group("a", "default") == "a"


def test_counts_of_before_policies_were_told_apart_are_those_of_the_default_policy() -> None:
    assert encode(Storm(storm_group("a", "default"))) == b'{"team":"a"}'
