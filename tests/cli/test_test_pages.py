import argparse

import pytest

from triaged.cli._test_pages import duration_us, result

PAGE = {"state": "sent", "channel": "mail", "provider_ref": "", "attempts": 1, "error": ""}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "delivered by mail"),
        ({"provider_ref": "250 ok"}, "delivered by mail: 250 ok"),
        ({"state": "failed", "attempts": 2, "error": "no"}, "failed (2 attempts): no"),
        ({"state": "due"}, "no result yet: the provider has not answered"),
    ],
)
def test_result_is_told_in_words(changed: dict[str, object], said: str) -> None:
    assert result(PAGE | changed) == said


def test_durations_are_checked() -> None:
    assert duration_us("45s") == 45_000_000
    with pytest.raises(argparse.ArgumentTypeError, match="a duration such as 45s"):
        duration_us("long")
