"""Charts say every number as text, fit their width, and are drawings of their own."""

from xml.etree import ElementTree

from triaged.core.text.learning.chart import Bar, Chart, drawn, svg

CHART = Chart("pages", (Bar("alice", 8, "8"), Bar("bob", 3, "3"), Bar("carol", 0, "0")))


def test_bars_are_as_long_as_their_values_and_fit() -> None:
    lines = list(drawn(CHART, 40, blocks=True))

    assert lines == [
        "pages",
        f"  alice  {'█' * 29} 8",
        f"  bob    {'█' * 10}▉ 3",
        "  carol   0",
    ]
    assert all(len(line) <= 40 for line in lines)


def test_a_terminal_without_blocks_gets_ascii_and_a_small_bar_is_seen() -> None:
    lines = list(drawn(Chart("t", (Bar("a", 1000, "1000"), Bar("b", 1, "1"))), 30, blocks=False))

    assert "".join(lines).isascii()
    assert lines[2] == "  b  # 1"


def test_a_chart_of_nothing_has_its_title() -> None:
    assert list(drawn(Chart("t", ()), 80, blocks=True)) == ["t"]


def test_a_drawing_is_self_contained_and_says_every_number() -> None:
    text = svg([CHART, Chart("<script>", (Bar("a & b", 1, '1 "x"'),))], "figures")
    root = ElementTree.fromstring(text)

    said = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert said == ["pages", "alice", "8", "bob", "3", "carol", "0", "<script>", "a & b", '1 "x"']
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "<script>" not in text
    assert "prefers-color-scheme:dark" in text


def test_the_longest_text_fits_into_the_drawing() -> None:
    text = "18, 9 at night (7 nights)"
    root = ElementTree.fromstring(svg([Chart("t", (Bar("carol", 18, text),))], "figures"))

    (*_, last) = root.iter("{http://www.w3.org/2000/svg}text")
    assert last.text == text
    assert float(last.attrib["x"]) + 8 * len(text) <= float(root.attrib["width"])
