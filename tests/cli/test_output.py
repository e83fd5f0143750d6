"""How results look: on a terminal nothing is cut without a sign."""

import pytest

from triaged.cli._output import cut


@pytest.mark.parametrize(("width", "shown"), [(6, "checko"), (5, "chec…"), (7, "checko")])
def test_what_is_cut_ends_with_an_ellipsis(width: int, shown: str) -> None:
    assert cut("checko", width) == shown
