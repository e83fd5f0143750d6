from triaged.channels.common.markdown import escaped


def test_nothing_active_is_left() -> None:
    assert escaped("*a* _b_ `c` @all #d") == "\\*a\\* \\_b\\_ \\`c\\` @\u200ball \\#d"


def test_our_link_stays_as_it_is() -> None:
    link = "https://x.example/act/a_b"

    assert escaped(f"*a* {link} _b_", link) == f"\\*a\\* {link} \\_b\\_"
