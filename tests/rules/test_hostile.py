"""Rule files from hell: each is a problem with a position, and nothing else."""

import re

import pytest

from bench.hostile import CASES, problems

POSITION = re.compile(r"rules/hell\.yaml:\d+:\d+: ")
MESSAGE_MAX = 600


@pytest.mark.parametrize("name", CASES)
def test_a_file_from_hell_is_refused_with_a_position(name: str) -> None:
    content, message = CASES[name]

    found = [str(problem) for problem in problems(content)]

    assert found
    assert all(POSITION.match(problem) for problem in found)
    assert any(message in problem for problem in found), found[:3]
    assert max(map(len, found)) <= MESSAGE_MAX, "a terminal has to show it"
