"""Bodies that are made to cost as much as they can, by name."""

from collections.abc import Callable, Mapping

import msgspec


class Size(msgspec.Struct, frozen=True):
    """The bytes that a body has."""

    size: int = 8 << 20
    """The default of `max_body`."""

    def full(self, unit: bytes, head: bytes = b"", tail: bytes = b"", least: int = 0) -> bytes:
        """As many of `unit` as there is room for, between `head` and `tail`, beside `least`."""
        return head + unit * ((self.size - least - len(head) - len(tail)) // len(unit)) + tail

    def listed(self, unit: bytes, head: bytes = b"[", tail: bytes = b"]") -> bytes:
        """A list of as many of `unit`, with commas between them."""
        return self.full(unit + b",", head, unit + tail)


GROUP = (b'{"status":"firing","alerts":[', b'],"externalURL":"http://am"}')
TINY = b'{"labels":{"a":"b"}}'
ALERT = b'{"status":"firing","labels":{"alertname":"Down","instance":"a:1","job":"node"}}'

BODIES: Mapping[str, Callable[[Size], bytes]] = {
    "objects": lambda to: to.listed(b'{"a":1}'),
    "objects but the first": lambda to: to.listed(b"{}", b'[{"a":"b"},'),
    "zeros": lambda to: to.listed(b"0"),
    "zeros in a group": lambda to: to.listed(b"0", *GROUP),
    "nulls in a group": lambda to: to.listed(b"null", *GROUP),
    "tiny alerts": lambda to: to.listed(TINY),
    "tiny alerts, one bad": lambda to: to.listed(TINY, b"[", b',{"labels":7}]'),
    "tiny alerts in a group": lambda to: to.listed(TINY, *GROUP),
    "tiny alerts in a group, one bad": lambda to: to.listed(TINY, GROUP[0] + b"7,", GROUP[1]),
    "alerts in a group": lambda to: to.listed(ALERT, *GROUP),
    "lists": lambda to: to.listed(b"[]"),
    "lists in an alert": lambda to: to.listed(b"[]", b'[{"labels":{"a":"b"},"x":[', b"]}]"),
    "lists in a group": lambda to: to.listed(b"[[]]", *GROUP),
    "lists in lists": lambda to: (
        to.full(b"[", least=to.size // 2) + to.full(b"]", least=to.size // 2)
    ),
    "objects in objects": lambda to: to.full(b'{"a":') + b"1",
    "many labels": lambda to: (
        b'[{"labels":{' + b",".join(b'"l%06d":"x"' % n for n in range(to.size // 16)) + b"}}]"
    ),
    "many labels in a group": lambda to: (
        GROUP[0]
        + b'{"labels":{'
        + b",".join(b'"l%06d":"x"' % n for n in range(to.size // 16))
        + b"}}"
        + GROUP[1]
    ),
    "many keys": lambda to: (
        b"{" + b",".join(b'"l%06d":"x"' % n for n in range(to.size // 16)) + b"}"
    ),
    "a huge label": lambda to: to.full(b"a", b'[{"labels":{"a":"', b'"}}]'),
    "a huge label of escapes": lambda to: to.full(rb"\n", b'[{"labels":{"a":"', b'"}}]'),
    "a huge label of surrogates": lambda to: to.full(rb"\ud800", b'[{"labels":{"a":"', b'"}}]'),
    "a huge label of NUL": lambda to: to.full(rb"\u0000", b'[{"labels":{"a":"', b'"}}]'),
    "a huge label of emoji": lambda to: to.full("😀".encode(), b'[{"labels":{"a":"', b'"}}]'),
    "a huge label of no UTF-8": lambda to: to.full(b"\xff", b'[{"labels":{"a":"', b'"}}]'),
    "a huge number": lambda to: to.full(b"9", b'[{"labels":{"a":"b"},"x":', b"}]"),
    "huge labels": lambda to: to.listed(
        b'{"labels":{"a":"' + b"x" * 60_000 + b'","b":7}}', b"[", b"]"
    ),
    "a huge key": lambda to: to.full(b"a", b'[{"labels":{"', b'":"a"}}]'),
    "a huge status": lambda to: to.full(
        b"a", b'{"alerts":[{"labels":{"a":"b"}}],"status":"', b'"}'
    ),
    "junk around a group": lambda to: to.listed(b"[]", b'{"x":[', b'],"alerts":[' + TINY + b"]}"),
    "matches of a legacy rule": lambda to: to.listed(
        b"{}", b'{"ruleId":1,"state":"alerting","evalMatches":[', b"]}"
    ),
    "spaces": lambda to: to.full(b" "),
    "commas": lambda to: to.full(b","),
    "quotes": lambda to: to.full(b'"'),
    "backslashes": lambda to: to.full(b"\\"),
    "backslashes in a text": lambda to: to.full(b"\\", b'["'),
    "no JSON": lambda to: to.full(b"\x00\xff"),
    "cut off": lambda to: to.listed(ALERT)[:-5],
    "a form": lambda to: to.full(b"%5B", b"payload="),
    "a form with one field": lambda to: to.full(b"a", b"payload="),
    "changes": lambda to: to.listed(b'{"service":"a"}', b'{"changes":[', b"]}"),
    "bad changes": lambda to: to.listed(b'{"x":"a"}', b'{"changes":[', b"]}"),
}
