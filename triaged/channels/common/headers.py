"""Header fields of a mail, written without `email`'s parser.

The parser decodes encoded words in what it is given, and writes back what it has decoded: a title
`=?utf-8?q?=0ABcc=3A…?=` became a header of its own (https://github.com/python/cpython/issues/121650),
and NUL is kept on every version. Here a value is text, whatever it looks like.
Encoded words: https://www.rfc-editor.org/rfc/rfc2047#section-2
"""

import unicodedata
from base64 import b64encode

LINE_MAX = 78
"""Characters of a line (RFC 5322, 2.1.1)."""

WORD_BYTES = 39
"""Of text in an encoded word: 64 characters with its frame; a short name fits the same line."""

_SPECIALS = frozenset('()<>[]:;@\\,."')


def field(name: str, value: str) -> bytes:
    """`Name: value` with CRLF, folded; control characters of `value` become spaces."""
    text = one_line(value)
    if not _is_plain(text):
        text = " ".join(encoded_words(text))
    return _folded(f"{name}: {text}")


def mailbox(name: str, address: str) -> str:
    """The value of `From`: an address with a name before it, if there is one."""
    name = one_line(name)
    if not name:
        return address
    if not _is_plain(name):
        return f"{' '.join(encoded_words(name))} <{address}>"
    if _SPECIALS & set(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{address}>'
    return f"{name} <{address}>"


def address_field(name: str, value: str) -> bytes:
    """A field whose `value` is built of `mailbox` or of plain addresses: nothing is encoded."""
    assert value.isascii(), "names are encoded by `mailbox`, addresses are ASCII"
    return _folded(f"{name}: {one_line(value)}")


def one_line(value: str) -> str:
    """The text without any kind of line break or control character."""
    kept = (" " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one for one in value)
    return " ".join("".join(kept).split())


def encoded_words(text: str) -> list[str]:
    """`text` as encoded words, which readers join to exactly this text."""
    parts: list[bytes] = [b""]
    for character in text:
        encoded = character.encode("utf-8", "replace")
        if len(parts[-1]) + len(encoded) > WORD_BYTES:
            parts.append(b"")
        parts[-1] += encoded
    return [f"=?utf-8?b?{b64encode(part).decode()}?=" for part in parts]


def _is_plain(text: str) -> bool:
    """True if `text` may stand in a field as it is."""
    longest = max(map(len, text.split(" ")), default=0)
    return text.isascii() and "=?" not in text and longest < LINE_MAX


def _folded(line: str) -> bytes:
    """The field in lines of at most `LINE_MAX`, broken before a space."""
    lines = [""]
    for number, word in enumerate(line.split(" ")):
        if number > 1 and len(lines[-1]) + 1 + len(word) > LINE_MAX:
            lines.append(f" {word}")
        else:
            lines[-1] += f" {word}" if number else word
    return "\r\n".join(lines).encode("ascii") + b"\r\n"
