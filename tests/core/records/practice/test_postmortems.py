from triaged.core.records.practice.postmortems import (
    Postmortem,
    PostmortemState,
    postmortem_id,
    revision_id,
    unmerged_id,
)


def test_only_published_and_waived_ones_are_settled() -> None:
    settled = [
        state for state in PostmortemState if Postmortem("INC-1/postmortem", 1, 0, state).is_settled
    ]

    assert settled == [PostmortemState.PUBLISHED, PostmortemState.WAIVED]


def test_identities_begin_with_the_incident() -> None:
    assert postmortem_id("INC-12") == "INC-12/postmortem"
    assert revision_id("INC-12", 3) == "INC-12/postmortem/3"
    assert unmerged_id("INC-12", "ab" * 32) == f"INC-12/postmortem/kept/{'ab' * 8}"
