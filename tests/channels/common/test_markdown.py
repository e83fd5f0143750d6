import pytest

from triaged.channels.common.markdown import (
    cut_escaped,
    discord_escaped,
    escaped,
    mattermost_escaped,
)


def test_nothing_active_is_left() -> None:
    assert escaped("*a* _b_ `c` @all #d") == "\\*a\\* \\_b\\_ \\`c\\` @\u200ball \\#d"


def test_our_link_stays_as_it_is() -> None:
    link = "https://x.example/act/a_b"

    assert escaped(f"*a* {link} _b_", link) == f"\\*a\\* {link} \\_b\\_"


def test_discord_s_own_marks_are_text() -> None:
    assert discord_escaped("<t:1:R> <#1>") == r"\<t:1:R\> \<\#1\>"


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        (r"ab\*", 4, r"ab\*"),
        (r"ab\*c", 4, "ab…"),
        (r"a\\cd", 4, r"a\\…"),
        (r"\\\*x", 4, r"\\…"),
        ("abcde", 4, "abc…"),
    ],
)
def test_escape_is_never_cut_in_two(text: str, most: int, expected: str) -> None:
    assert cut_escaped(text, most) == expected


def test_emoji_by_name_and_addresses_without_a_scheme_are_text() -> None:
    found = mattermost_escaped(":boom: www.evil.example https://x/www.a", "https://x/www.a")

    assert found == ":\u200bboom: www.\u200bevil.example https://x/www.a"
