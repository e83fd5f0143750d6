from triaged.core.records.storms import Storm, StormOwner
from triaged.wire import encode


def test_a_group_is_a_team_and_a_policy_and_a_source() -> None:
    owners = [
        StormOwner(team, policy, source)
        for team in ("", "a", "b")
        for policy in ("default", "dba")
        for source in ("", "am")
    ]

    assert len({owner.group for owner in owners}) == 12
    assert len({owner.key for owner in owners}) == 12
    assert StormOwner("a", "default").group == "a"


def test_counts_of_before_policies_were_told_apart_are_those_of_the_default_policy() -> None:
    assert encode(Storm(StormOwner("a", "default").group)) == b'{"team":"a"}'
