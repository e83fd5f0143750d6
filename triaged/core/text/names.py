"""Names that somebody may have meant: a refusal of an unknown one offers the nearest."""

from collections.abc import Iterable
from difflib import get_close_matches

NAME_MAX = 60
"""Characters of a wrong name that are compared."""


def meant(name: str, valid: Iterable[str]) -> str:
    """` (did you mean severity?)`; empty where nothing is near."""
    close = nearest(name, valid)
    return f" (did you mean {close}?)" if close else ""


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name that somebody may have meant."""
    by_folded = {each.casefold(): each for each in valid}
    found = get_close_matches(name[:NAME_MAX].casefold(), by_folded, 1)
    return by_folded[found[0]] if found else None
