"""How results look: on a terminal they fit its width, and nothing is cut without a sign."""

import os
import pty
import subprocess
import sys

import pytest

from triaged.cli._output import cut, folded


def on_terminal(columns: int, *lines: str) -> list[str]:
    """What these lines of Python print on a terminal of this width, without colour."""
    ours, theirs = pty.openpty()
    program = "from triaged.cli._output import *\n" + "\n".join(lines)
    environment = {**os.environ, "COLUMNS": str(columns), "NO_COLOR": "1"}
    with subprocess.Popen([sys.executable, "-c", program], stdout=theirs, env=environment) as one:
        assert one.wait(30) == 0
    os.close(theirs)
    with os.fdopen(ours, "rb") as output:
        return output.read1().decode().splitlines()


@pytest.mark.parametrize(("width", "shown"), [(6, "checko"), (5, "chec…"), (7, "checko")])
def test_what_is_cut_ends_with_an_ellipsis(width: int, shown: str) -> None:
    assert cut("checko", width) == shown


def test_text_is_folded_between_words_and_an_address_stays_whole() -> None:
    assert folded("look at https://example.org/a-long-one now", 12) == [
        "look at",
        "https://example.org/a-long-one",
        "now",
    ]
    assert folded("look at it", None) == ["look at it"]
    assert folded("", 12) == [""]


def test_the_last_column_is_cut_or_folded_on_a_terminal() -> None:
    rows = "rows = [('INC-1', 'the shop is down in Berlin')]"

    assert on_terminal(20, rows, "print_table(('ID', 'TITLE'), rows)") == [
        "ID     TITLE",
        "INC-1  the shop is …",
    ]
    assert on_terminal(20, rows, "print_table(('ID', 'TITLE'), rows, wraps=True)") == [
        "ID     TITLE",
        "INC-1  the shop is",
        "       down in",
        "       Berlin",
    ]


def test_a_value_is_folded_beside_its_name() -> None:
    fields = "[('what', 'the shop is down in Berlin'), ('none', '')]"

    assert on_terminal(20, f"print_fields({fields})") == [
        "what  the shop is",
        "      down in Berlin",
    ]
