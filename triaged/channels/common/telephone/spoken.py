"""Text that is read aloud: no addresses, no signs, numbers of incidents digit by digit."""

import re

SPOKEN_MAX = 300
"""Characters: about 20 seconds."""

_ADDRESS = re.compile(r"\S*(?:\[?:\]?//|www\.)\S*", re.I)
_INCIDENT = re.compile(r"\bINC-(\d+)\b")
_SEVERITY = re.compile(r"\bSEV-(\d)\b")
_SIGNS = re.compile(r"[^\w\s.,:;!?'%+-]|_")


def spoken(text: str, most: int = SPOKEN_MAX) -> str:
    """`text` as it is spoken, in at most `most` characters."""
    text = _ADDRESS.sub(" ", text)
    text = _INCIDENT.sub(lambda match: f"incident {digits(match[1])}", text)
    text = _SEVERITY.sub(r"severity \1", text)
    text = " ".join(_SIGNS.sub(" ", text).split())
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip(",:;")


def digits(number: int | str) -> str:
    """`1 2` for 12: read as a number it is misheard."""
    return " ".join(str(number))
