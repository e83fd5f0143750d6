"""Large bodies, cut into pieces that are bodies of the same kind.

What decodes JSON holds the interpreter until it is done, so that a large body would stop everything
else. The walk finds the list of alerts in steps; a piece has some of the list's elements between
what stands before and after the list, and is parsed as if it had come alone.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from triaged.errors import Malformed
from triaged.ingest import Reason

PIECE_BYTES = 64 << 10
"""Bytes of a body that are parsed at once: 150 alerts as Prometheus sends them, some 2 ms. Larger
bodies are cut."""

FRAME_MAX = LIST_BYTES = PIECE_BYTES // 2
"""Bytes that may stand around the list, which each piece repeats (Alertmanager's have 1 to 4 KiB),
and bytes of the list in a piece."""

PIECE_ELEMENTS = 100
"""Elements of a piece: one of `generic` takes up to 150 µs."""

ELEMENTS_MAX = 10_000
"""Elements of a body that are read; what follows is set aside as one. A group of Alertmanager has
tens of alerts, a Prometheus sends 256 at once."""

TOKENS_MAX = 30_000
"""Brackets, commas, texts and escapes of what cannot be cut, or of one alert: that takes 20 ms. An
alert of 64 labels has 300."""

ALERT_BYTES_MAX = 2 << 20
"""Bytes of what cannot be cut, or of one alert: texts are copied some ten times."""

DEPTH_MAX = 1_000
"""Nesting at which decoders give up."""

STEP_BYTES = 8 << 10
"""Bytes that are walked at once: up to 3 ms where each is a bracket."""

WALK_MAX = 2_000_000
"""Tokens that are walked in a body: half a second. The tiniest alerts that fill 8 MiB need 1.6
million."""

_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+'
_TOKEN = re.compile(rb'%b("?)|[\[{]|[\]}]|,' % _TEXT, re.DOTALL)
_FAST_TOKEN = re.compile(
    rb'[\[{][^"\[\]{}]*+(?:%b"[^"\[\]{}]*+)*+[\]}]|%b("?)|[\[{]|[\]}]' % (_TEXT, _TEXT), re.DOTALL
)
"""Where commas do not matter: a list or object without others in it is one token."""
_REST_OF_TEXT = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+("?)', re.DOTALL)


class Piece(msgspec.Struct, frozen=True):
    """A part of a body, itself a body of the same kind."""

    body: bytes
    first: int = 0
    """Index of its first element in the list."""
    elements: int = 1
    fault: Malformed | None = None
    """The reason for which it is set aside unread."""


def cut(body: bytes, path: Sequence[str]) -> Iterator[Piece | None]:
    """The pieces of a body whose list is the body itself or stands at `path`, in order.

    None is a moment at which others may go first.
    """
    walk = _Walk(body, path)
    while walk.step():
        yield None
    yield from walk.pieces()


class _Walk:
    """A walk through a body: where its list is, and the bounds of the list's pieces."""

    def __init__(self, body: bytes, path: Sequence[str]) -> None:
        self._body = body
        self._path = [name.encode() for name in path]
        self._at = 0
        self._in_text = False
        self._depth = 0
        self._on_path = 0
        """Objects on the path that are open; the list is in the last of them."""
        self._is_next = False
        """True if the last key was the next of the path."""
        self._list_depth = 0
        """The depth within the list; 0: it has not begun."""
        self._begin = self._end = 0
        """Where the list's elements begin and end; an end of 0: it has not come."""
        self._tokens = 0
        self._element_at = self._element_tokens = 0
        self._elements = 0
        self._walked = 0
        self._fault: Malformed | None = None
        """The reason for which the walk ended before the end of the body."""
        self._piece_at = self._piece_first = 0
        self._bounds: list[tuple[int, int, int, int, bool]] = []
        """(start, end, first, elements, readable) of each piece."""

    def step(self) -> bool:
        """Walk on; False: the end is reached, or enough is known."""
        start = self._at
        stop = min(start + STEP_BYTES, len(self._body))
        self._count(self._body.count(b"\\", start, stop))
        if self._in_text:
            found = _REST_OF_TEXT.match(self._body, start, stop)
            assert found is not None, "it matches the empty text"
            self._in_text, self._at = not found[1], found.end()
        else:
            self._at = stop
            self._tokens_until(start, stop)
        self._fault = self._hopeless()
        goes_on = self._at > start or stop < len(self._body)
        return self._fault is None and self._at < len(self._body) and goes_on

    def _tokens_until(self, start: int, stop: int) -> None:
        fast = self._is_fast
        for token in (_FAST_TOKEN if fast else _TOKEN).finditer(self._body, start, stop):
            self._count(1)
            self._walked += 1
            if token[1] == b"":
                self._in_text, self._at = True, token.end()
                return
            if token[1]:
                self._text(token)
                continue
            if fast and self._depth == self._list_depth:
                self._elements += self._body[token.start()] in b"[{"
            if token.end() - token.start() == 1:
                self._structure(self._body[token.start()], token.start())
                if self._is_fast != fast:
                    self._at = token.end()
                    return

    def _count(self, tokens: int) -> None:
        self._tokens += tokens
        self._element_tokens += tokens

    @property
    def _is_fast(self) -> bool:
        """True if only the end of the list, or of an alert that cannot be read, is looked for."""
        if not self._list_depth or self._end:
            return False
        inside = self._depth > self._list_depth
        return self._elements > ELEMENTS_MAX or (inside and self._element_tokens > TOKENS_MAX)

    def _hopeless(self) -> Malformed | None:
        """The reason for which no piece can be read, whatever follows."""
        if self._depth > DEPTH_MAX:
            return Malformed(Reason.NESTED_TOO_DEEP, f"nested deeper than {DEPTH_MAX:,} levels")
        around = self._at if not self._list_depth else self._begin
        around += len(self._body) - self._end if self._end else 0
        many = self._tokens > TOKENS_MAX or len(self._body) > ALERT_BYTES_MAX
        if (around > FRAME_MAX and many) or self._walked > WALK_MAX:
            return _too_many("a body")
        return None

    def _text(self, token: re.Match[bytes]) -> None:
        if self._depth == self._on_path and not self._list_depth and self._on_path:
            self._is_next = token[0][1:-1] == self._path[self._on_path - 1]

    def _structure(self, byte: int, at: int) -> None:
        if byte in b"[{":
            self._depth += 1
            if not self._list_depth:
                self._opened(byte, at)
        elif byte in b"]}":
            if self._depth == self._list_depth and self._list_depth and not self._end:
                self._end_element(at)
                self._end_piece(at)
                self._end = at
            self._depth -= 1
            self._on_path = min(self._on_path, self._depth)
        elif self._depth == self._list_depth and not self._end:
            self._end_element(at)

    def _opened(self, byte: int, at: int) -> None:
        is_list, on_path = byte == ord("["), self._depth == self._on_path + 1
        wanted = self._depth == 1 or self._is_next
        last = self._on_path == len(self._path)
        self._is_next = False
        if on_path and wanted and is_list and (last or self._depth == 1):
            self._list_depth = self._depth
            self._begin = self._piece_at = self._element_at = at + 1
            self._element_tokens = 0
        elif on_path and wanted and not last and not is_list:
            self._on_path += 1

    def _end_element(self, at: int) -> None:
        """An element ends: it is in the piece before it, or begins the next.

        One that cannot be read is a piece of its own; all beyond the limit are one.
        """
        size = at - self._element_at
        readable = self._element_tokens <= TOKENS_MAX and size <= ALERT_BYTES_MAX
        if self._elements <= ELEMENTS_MAX and (
            at - self._piece_at > LIST_BYTES or self._elements == ELEMENTS_MAX or not readable
        ):
            self._end_piece(self._element_at - 1)
        if self._elements > ELEMENTS_MAX:
            return  # those were counted as they began
        self._elements += 1
        self._element_at, self._element_tokens = at + 1, 0
        count = self._elements - self._piece_first
        if self._elements <= ELEMENTS_MAX and (count >= PIECE_ELEMENTS or not readable):
            self._end_piece(at, readable=readable)

    def _end_piece(self, end: int, *, readable: bool = True) -> None:
        first, count = self._piece_first, self._elements - self._piece_first
        if count:
            readable = readable and first < ELEMENTS_MAX
            self._bounds.append((self._piece_at, end, first, count, readable))
        self._piece_at, self._piece_first = end + 1, self._elements

    def pieces(self) -> Iterator[Piece]:
        """The pieces that were found; the whole body where it cannot be cut."""
        around = len(self._body) - (self._end - self._begin)
        if self._fault is not None:
            yield Piece(self._body, fault=self._fault)
        elif self._depth or self._in_text:
            fault = Malformed(Reason.NOT_JSON, "not JSON: the body ends within a list or text")
            yield Piece(self._body, fault=fault)
        elif not self._end or around > FRAME_MAX or len(self._bounds) < 2:
            many = self._tokens > TOKENS_MAX or len(self._body) > ALERT_BYTES_MAX
            yield Piece(self._body, fault=_too_many("a body") if many else None)
        else:
            head, tail = self._body[: self._begin], self._body[self._end :]
            for start, end, first, count, readable in self._bounds:
                part = b"".join((head, self._body[start:end], tail))
                fault = None
                if first >= ELEMENTS_MAX:
                    message = f"a body of more than {ELEMENTS_MAX:,} alerts: these are the others"
                    fault = Malformed(Reason.TOO_MANY, message)
                elif not readable:
                    fault = _too_many("an alert")
                yield Piece(part, first, count, fault)


def _too_many(noun: str) -> Malformed:
    most = f"{TOKENS_MAX:,} values or {ALERT_BYTES_MAX:,} bytes"
    return Malformed(Reason.TOO_MANY, f"{noun} that cannot be cut, of more than {most}")
