"""Text for short messages: in the alphabet of the networks where it can be, and cut to segments.

The alphabet is that of GSM 03.38, now 3GPP TS 23.038, section 6.2.1. A message holds 160 of its
characters, or 70 units of UTF-16 if a single character is of another alphabet; of longer messages
each segment holds 153 or 67, and each segment is paid for.
"""

import unicodedata

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Characters that take one place."""

EXTENDED = frozenset("^{}\\[~]|€")
"""Characters that take two, because an escape stands before them."""

PLAIN = {
    **dict.fromkeys("_~\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("[{", "("),
    **dict.fromkeys("]}", ")"),
    **dict.fromkeys("|\\", "/"),
    **dict.fromkeys("`^\u2018\u2019\u201a\u201b\u2032\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\t\r\n\u00a0\u2007\u202f", " "),
    "\u2026": "...",
    "\u20ac": "EUR",
    "\u2022": "*",
    "\u2192": "->",
}
"""What stands in for characters that cost two places, are garbled on the way (underscore), or would
have the whole message sent in UTF-16."""

SINGLE, JOINED = 160, 153
"""Places in a message of one segment, and in each segment of a longer one."""

WIDE_SINGLE, WIDE_JOINED = 70, 67
"""The same in units of UTF-16."""


def plain(text: str) -> str:
    """`text` in the alphabet where no letter is lost by it; else as it is, without pictures."""
    mapped = "".join(map(_mapped, text))
    if set(mapped) <= BASIC:
        return mapped
    if any(character not in BASIC and character.isalnum() for character in mapped):
        return mapped  # a title in Greek or Japanese says more in one short segment than as `???`
    return " ".join("".join(one if one in BASIC else " " for one in mapped).split(" "))


def _mapped(character: str) -> str:
    if character in PLAIN:
        return PLAIN[character]
    if character in BASIC:
        return character
    stripped = unicodedata.normalize("NFKD", character)
    base = "".join(one for one in stripped if not unicodedata.combining(one))
    return base if base and set(base) <= BASIC else character


def places(text: str) -> int:
    """Places that `text` takes, in the alphabet that it needs."""
    if set(text) <= BASIC | EXTENDED:
        return len(text) + sum(one in EXTENDED for one in text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def room(text: str, segments: int = 1) -> int:
    """Places of so many segments, in the alphabet that `text` needs."""
    narrow = set(text) <= BASIC | EXTENDED
    single, joined = (SINGLE, JOINED) if narrow else (WIDE_SINGLE, WIDE_JOINED)
    return single if segments == 1 else joined * segments


def fitted(head: str, text: str, tail: str, segments: int = 1) -> str:
    """`head`, as much of `text` as there is room for, and `tail`, in so many segments."""
    whole = f"{head}{text}{tail}"
    if places(whole) <= room(whole, segments):
        return whole
    kept = text
    while kept and places(f"{head}{kept}..{tail}") > room(whole, segments):
        kept = kept[:-1]
    return f"{head}{kept.rstrip()}..{tail}"


def segments_of(text: str) -> int:
    """Segments in which `text` is sent."""
    taken = places(text)
    if taken <= room(text):
        return 1
    joined = room(text, 2) // 2
    return -(-taken // joined)
